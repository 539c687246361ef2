using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Monit.Alerts.Delivery;
using Monit.Alerts.Telemetry;
using Monit.Core.Alerts;
using Monit.IntegrationTests.Alerts;
using Monit.Storage.Sql;
using Monit.Testing;

namespace Monit.IntegrationTests.Telemetry;

/// <summary>The trace of a delivery that the sweep started.</summary>
public sealed class SweepTraceTests : AlertsFixture
{
    private readonly SqliteFile _file = new();

    private protected override Task CreateDatabaseAsync() => _file.MigrateAsync();
    private protected override void DropDatabase() => _file.Dispose();
    private protected override void AddDatabase(IServiceCollection services) => _file.Add(services);
    private protected override MonitDb NewDb() => _file.NewDb();

    [Fact]
    public async Task AlertFoundByTheSweep_HasATraceOfItsOwn()
    {
        using var spans = new Spans("Monit.Alerts");
        var down = await SeedDownAsync();
        await StartAsync();
        await UntilAsync(down.Id, AlertStatus.Delivered);
        var delivery = await Eventually.Get(() => Task.FromResult(spans.Ended.FirstOrDefault(span => Equals(span.GetTagItem("monit.alert.id"), down.Id.ToString()))),
            span => span is not null, "the delivery's span has ended");
        Assert.Equal(default, delivery!.ParentSpanId);
        Assert.Equal("delivered", delivery.GetTagItem("monit.alert.status"));
    }

    [Fact]
    public async Task AlertThatTheSweepFoundFirst_JoinsTheTraceOfALaterRequest()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var queue = new DeliveryQueue(Options.Create(new DeliveryOptions()), new DeliveryMetrics(services.GetRequiredService<IMeterFactory>()));
        var (id, asker) = (NewId(), new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded));
        await queue.OfferAsync(id, Token);
        queue.TryOffer(id, asker);
        Assert.Equal((id, asker), await queue.TakeAsync(Token));
        Assert.Equal(0, queue.Count);
    }
}
