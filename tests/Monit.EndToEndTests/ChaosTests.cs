using Monit.Chaos;
using Monit.Testing;

namespace Monit.EndToEndTests;

/// <summary>One installation for all faults; nothing else runs beside it.</summary>
[CollectionDefinition(nameof(ChaosTests), DisableParallelization = true)]
public sealed class ChaosCollection : ICollectionFixture<ChaosFixture>;

public sealed class ChaosFixture : IAsyncLifetime
{
    private Chaos.Installation? _monit;
    private Exception? _missing;

    internal Chaos.Installation Monit => _monit ?? throw _missing!;

    public async ValueTask InitializeAsync()
    {
        try
        {
            _monit = await Chaos.Installation.StartAsync(Server.IsLongRun
                ? new ChaosOptions { Away = TimeSpan.FromSeconds(30) }
                : new ChaosOptions { Monitors = 1200, AtRandom = TimeSpan.FromSeconds(20) });
        }
        catch (InvalidOperationException missing) when (Server.IsSkip(missing))
        {
            _missing = missing;
        }
    }

    public ValueTask DisposeAsync() => _monit?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>The short form of <c>./monit chaos --all</c>: every fault once, under load, with short leases; in a long run, in full.</summary>
[Collection(nameof(ChaosTests))]
public sealed class ChaosTests(ChaosFixture chaos)
{
    public static TheoryData<string> Faults => [.. Fault.All.Select(fault => fault.Name)];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task NothingIsLostOrDoubled(string name)
    {
        var fault = Fault.All.Single(fault => fault.Name == name);
        if (fault.Missing(chaos.Monit) is { } missing)
            Assert.Skip($"{name} {missing}");
        var broken = (await Trial.RunAsync(chaos.Monit, fault)).Broken;
        Assert.True(broken.Count == 0, string.Join("; ", broken));
    }
}
