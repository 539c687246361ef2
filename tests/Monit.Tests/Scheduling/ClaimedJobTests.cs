using Monit.Core.Monitors;
using Monit.Storage.Schedule;

namespace Monit.Tests.Scheduling;

public sealed class ClaimedJobTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(2_500, 0), InlineData(4_700, 0), InlineData(5_000, 1), InlineData(12_500, 2)]
    public void Missed_DueWithinTheTolerance_CountsOnlyLaterSlots(long after, long missed)
    {
        for (var i = 0; i < 1000; i++)
        {
            var id = Guid.CreateVersion7();
            var slot = Cadence.Next(id, 1_700_000_000_000, Interval);
            foreach (var due in (long[])[slot - ClaimedJob.DueTolerance, slot, slot + ClaimedJob.DueTolerance])
                Assert.Equal(missed, new ClaimedJob(id, due, default).Missed(slot + after, Interval));
        }
    }
}
