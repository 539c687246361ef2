using Microsoft.Extensions.Options;
using Monit.Storage.Schedule;
using Monit.Worker.Jobs;

namespace Monit.Tests.Scheduler;

public sealed class JobQueueTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static CheckJob Job() => new(0, new ClaimedJob(Guid.CreateVersion7(), 0, default), default, 1,
        new LeaseClock(TimeProvider.System, 0, TimeProvider.System.GetTimestamp(), TimeSpan.FromMinutes(1)));

    [Fact]
    public async Task WaitForRoom_ReturnsWhenEnoughIsTaken()
    {
        var queue = new JobQueue(Options.Create(new PipelineOptions { JobChannelSize = 10 }));
        for (var i = 0; i < 10; i++)
            Assert.True(queue.TryWrite(Job()));
        Assert.False(queue.TryWrite(Job()));

        var room = queue.WaitForRoomAsync(5, Ct);
        await using var taken = queue.TakeAllAsync().GetAsyncEnumerator(Ct);
        for (var i = 0; i < 4; i++)
            await taken.MoveNextAsync();
        Assert.False(room.IsCompleted);
        await taken.MoveNextAsync();
        await room.WaitAsync(TimeSpan.FromSeconds(10), Ct);
        Assert.Equal(5, queue.Room);
    }

    [Fact]
    public async Task Race_OfReaderAndWriter_LosesNoWakeUp()
    {
        var queue = new JobQueue(Options.Create(new PipelineOptions { JobChannelSize = 4 }));
        var reader = Task.Run(async () =>
        {
            var count = 0;
            await foreach (var _ in queue.TakeAllAsync())
                count++;
            return count;
        }, Ct);
        for (var written = 0; written < 20_000; written++)
        {
            await queue.WaitForRoomAsync(2, Ct).WaitAsync(TimeSpan.FromSeconds(10), Ct);
            Assert.True(queue.TryWrite(Job()));
        }
        queue.Complete();
        Assert.Equal(20_000, await reader);
    }
}
