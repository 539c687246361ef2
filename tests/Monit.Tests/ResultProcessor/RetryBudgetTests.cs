using Monit.Worker.Jobs;

namespace Monit.Tests.ResultProcessor;

public sealed class RetryBudgetTests
{
    [Fact]
    public void Outage_OfEveryTarget_RetriesATenthOfTheClaims()
    {
        var budget = new RetryBudget();
        while (budget.TrySpend())
        {
        }

        var retries = 0;
        for (var claims = 0; claims < 10_000; claims += 100)
        {
            budget.Earn(100);
            for (var i = 0; i < 100; i++)
                retries += budget.TrySpend() ? 1 : 0;
        }
        Assert.Equal(1000, retries);
    }

    [Fact]
    public void SmallInstallation_HasABurstOfAHundred()
    {
        var budget = new RetryBudget();
        budget.Earn(int.MaxValue);
        Assert.Equal(100, Enumerable.Range(0, 500).Count(_ => budget.TrySpend()));
    }
}
