using Microsoft.Extensions.Options;
using Monit.Core.Checks;
using Monit.Core.Checks.Answers;
using Monit.Worker.Jobs;

namespace Monit.Tests.ResultProcessor;

/// <summary>While results wait, as when Redis is unavailable, the bodies of their answers do not fill the memory.</summary>
public sealed class BodiesWaitWithinABoundTests
{
    private readonly ResultChannel _results = new(Options.Create(new PipelineOptions()));

    [Fact]
    public async Task Bodies_HaveABound_AndOnesWithoutNone()
    {
        var waiting = 0;
        for (; waiting < 2000 && _results.HasRoomFor(Seen(1 << 20)); waiting++)
            await _results.WriteAsync(new ObservedJob(null!, Seen(1 << 20), 0));
        Assert.Equal(64, waiting);
        Assert.True(_results.HasRoomFor(Seen(null)));
        Assert.True(_results.HasRoomFor(Seen(0)));

        Assert.True(_results.TryRead(out _));
        Assert.True(_results.HasRoomFor(Seen(1 << 20)));
        while (_results.TryRead(out _))
        {
        }
        Assert.True(_results.HasRoomFor(Seen(64 << 20)));
    }

    [Fact]
    public void Transition_HoldsNoBody()
    {
        var done = new CheckedJob(new ObservedJob(null!, Seen(1 << 20), 5), new Judgement(Verdict.Up(200, TimeSpan.Zero)));
        Assert.Null(done.WithoutAnswer().Observed.Observation.Answer);
        Assert.Equal((5, done.Verdict), (done.WithoutAnswer().At, done.WithoutAnswer().Verdict));
    }

    private static Observation Seen(int? body) => new(null, 200, default, default)
    {
        Answer = body is { } length ? new Answer { Url = "", HttpVersion = "1.1", Headers = [], Body = new byte[length] } : null,
    };
}
