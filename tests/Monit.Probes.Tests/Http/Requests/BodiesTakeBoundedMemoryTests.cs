using System.Text;
using Monit.Core.Checks;
using Monit.Probes.Runs;
using Monit.Testing;

namespace Monit.Probes.Tests.Http.Requests;

/// <summary>Bodies that assertions judge share a bounded memory: a check that finds none left is given back, and says nothing about its target.</summary>
public sealed class BodiesTakeBoundedMemoryTests
{
    private const int Large = 1_000_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Sender.FastOnEpoll)]
    [InlineData(Sender.FastOnSockets)]
    [InlineData(Sender.Full)]
    public async Task Check_WithoutMemoryForItsBody_IsGivenBack_AndOthersGoOn(Sender sender)
    {
        await using var target = new ScriptedTarget();
        using var checker = new Checker(sender, bodyBytes: Large / 2);
        for (var i = 0; i < 3; i++)
        {
            target.Answer = Body(Large);
            var shortage = await Assert.ThrowsAsync<ExhaustedException>(async () => await ObserveAsync());
            Assert.Equal("memory", shortage.Resource);
            // What the other has taken is there again.
            target.Answer = Body(Large / 8);
            Assert.Equal(Large / 8, (await ObserveAsync()).Answer!.Body.Length);
        }

        ValueTask<Observation> ObserveAsync() => checker.ObserveAsync(Asked.Of(target.Url, assertions: "body contains \"x\""), Ct);
    }

    private static Func<Stream, string, CancellationToken, Task<bool>> Body(int length) => async (stream, _, ct) =>
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{new string('x', length)}"), ct);
        return false;
    };
}
