using CsCheck;
using Monit.Core.Monitors;

namespace Monit.Tests.Scheduling;

public sealed class CadenceTests
{
    private static readonly Gen<TimeSpan> Intervals = Gen.Int[1, 86_400].Select(s => TimeSpan.FromSeconds(s));
    private static readonly Gen<long> Instants = Gen.Long[0, 4_000_000_000_000];

    [Fact]
    public void Next_IsTheFirstSlotAfterNow() => Gen.Select(Gen.Guid, Instants, Intervals).Sample((id, now, interval) =>
    {
        var next = Cadence.Next(id, now, interval);
        var period = (long)interval.TotalMilliseconds;
        return next > now && next <= now + period && next % period == Cadence.Phase(id, interval);
    });

    [Fact]
    public void Next_OnASlot_IsTheFollowingOne() => Gen.Select(Gen.Guid, Instants, Intervals).Sample((id, now, interval) =>
    {
        var slot = Cadence.Next(id, now, interval);
        var period = (long)interval.TotalMilliseconds;
        return Cadence.Next(id, slot, interval) == slot + period && Cadence.Next(id, slot - 1, interval) == slot;
    });

    [Fact]
    public void Missed_CountsThePassedSlots() =>
        Gen.Select(Gen.Guid, Instants, Intervals, Gen.Int[0, 1000], Gen.Double[0, 0.999]).Sample((id, now, interval, missed, part) =>
        {
            var due = Cadence.Next(id, now, interval);
            var later = due + missed * (long)interval.TotalMilliseconds + (long)(part * interval.TotalMilliseconds);
            return Cadence.Missed(id, due, later, interval) == missed;
        });

    [Fact]
    public void Missed_BeforeDue_IsNone() => Gen.Select(Gen.Guid, Instants, Intervals, Gen.Long[0, 1_000_000_000]).Sample((id, due, interval, early) =>
        Cadence.Missed(id, due, due - early, interval) == 0);

    [Fact]
    public void Missed_AfterARetryOffItsPhase_CountsSlots()
    {
        var id = Guid.Parse("01890a5d-ac96-774b-bcce-b302099a8057");
        var minute = TimeSpan.FromMinutes(1);
        var slot = Cadence.Next(id, 1_700_000_000_000, minute);
        Assert.Equal(0, Cadence.Missed(id, slot + 500, slot + 59_999, minute));
        Assert.Equal(1, Cadence.Missed(id, slot + 500, slot + 60_000, minute));
        Assert.Equal(2, Cadence.Missed(id, slot + 500, slot + 120_500, minute));
    }

    [Theory, InlineData(60_000), InlineData(300_000), InlineData(86_400_000), InlineData(1_000)]
    public void Phase_OfVersion7Ids_SpreadsEvenly(int periodMs)
    {
        // Ids created at the same time have the same first bytes.
        const int ids = 10_000, buckets = 50;
        var at = DateTimeOffset.UnixEpoch.AddDays(20_000);
        var counts = new int[buckets];
        for (var i = 0; i < ids; i++)
            counts[Cadence.Phase(Guid.CreateVersion7(at.AddMilliseconds(i / 100)), TimeSpan.FromMilliseconds(periodMs)) * buckets / periodMs]++;

        // Chi-squared with 49 degrees of freedom: mean 49, standard deviation 9.9; 120 is more than seven deviations above.
        var expected = (double)ids / buckets;
        Assert.True(counts.Sum(c => (c - expected) * (c - expected) / expected) < 120, string.Join(' ', counts));
    }

    [Fact]
    public void Hash_IsFixedForever() =>
        // Another value would change every monitor's slots and shard in an upgrade.
        Assert.Equal(16191603835636514185UL, Cadence.Hash(Guid.Parse("01890a5d-ac96-774b-bcce-b302099a8057")));
}
