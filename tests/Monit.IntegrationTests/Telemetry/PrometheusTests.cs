using System.Net;
using Monit.Testing;

namespace Monit.IntegrationTests.Telemetry;

public sealed class PrometheusTests(LocalStores stores)
{
    [Theory]
    [InlineData("true", HttpStatusCode.OK)]
    [InlineData("false", HttpStatusCode.NotFound)]
    public async Task Metrics_AreThereWhenAskedFor(string setting, HttpStatusCode expected)
    {
        await using var alerts = await ServiceApps.StartAlertsAsync(await stores.NewDatabaseAsync(), 0, ("Telemetry:Prometheus", setting));
        using var http = new HttpClient { BaseAddress = new Uri(alerts.Urls.First()) };
        using var answer = await http.GetAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(expected, answer.StatusCode);
        if (expected == HttpStatusCode.OK)
            Assert.Contains("monit_alert_queue_length", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
