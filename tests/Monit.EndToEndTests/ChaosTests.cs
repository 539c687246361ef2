using Monit.Chaos;

namespace Monit.EndToEndTests;

/// <summary>One installation for all faults; nothing else runs beside it.</summary>
[CollectionDefinition(nameof(ChaosTests), DisableParallelization = true)]
public sealed class ChaosCollection : ICollectionFixture<ChaosFixture>;

public sealed class ChaosFixture : IAsyncLifetime
{
    internal Chaos.Installation Monit { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Monit = await Chaos.Installation.StartAsync(new ChaosOptions());

    public ValueTask DisposeAsync() => Monit?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>The short form of <c>./monit chaos --all</c>: every fault once, at full load, with short leases.</summary>
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
        Assert.Empty((await Trial.RunAsync(chaos.Monit, fault)).Broken);
    }
}
