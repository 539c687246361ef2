using Monit.Worker.Executor;

namespace Monit.Tests.Executor;

/// <summary>No account can hold all slots, however many monitors it has.</summary>
public sealed class FairShareTests
{
    private static readonly Guid Greedy = Account(0);

    private static Guid Account(short n) => new(1, n, 0, new byte[8]);

    private static int Fill(FairShare share, Guid account)
    {
        var taken = 0;
        while (share.TryTake(account))
            taken++;
        return taken;
    }

    [Theory, InlineData(1, 1), InlineData(5, 4), InlineData(100, 80), InlineData(2500, 2000)]
    public void OneAccount_LeavesAFifth(int limit, int expected) => Assert.Equal(expected, Fill(new FairShare(limit), Greedy));

    [Fact]
    public void LaterAccounts_AlwaysFindSome()
    {
        var share = new FairShare(1000);
        Fill(share, Greedy);
        for (short other = 1; other <= 3; other++)
            Assert.True(Fill(share, Account(other)) >= 1);
        Assert.True(share.Used <= share.Limit);
    }

    [Fact]
    public void TwoGreedyAccounts_EndUpEven()
    {
        var share = new FairShare(900);
        var (one, other) = (Account(1), Account(2));
        var held = new Dictionary<Guid, int> { [one] = Fill(share, one), [other] = Fill(share, other) };
        // Checks end, and both accounts want the slot again; the one that has been there longer asks first.
        for (var ended = 0; ended < 5000; ended++)
        {
            var ends = held[one] >= held[other] ? one : other;
            share.Return(ends);
            held[ends]--;
            foreach (var account in new[] { one, other })
                if (share.TryTake(account))
                    held[account]++;
        }
        Assert.InRange(held[one] - held[other], -1, 1);
        Assert.Equal(share.Used, held.Values.Sum());
    }

    [Fact]
    public void ReturnedSlots_CanBeTakenAgain()
    {
        var share = new FairShare(10);
        var taken = Fill(share, Greedy);
        for (var i = 0; i < taken; i++)
            share.Return(Greedy);
        Assert.Equal((0, taken), (share.Used, Fill(share, Greedy)));
    }
}
