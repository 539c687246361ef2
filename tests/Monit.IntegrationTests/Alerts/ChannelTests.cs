using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Monit.Alerts.Channels;
using Monit.Alerts.Channels.Email;
using Monit.Core.Alerts;
using Monit.Core.Validation;
using Monit.Storage.Sql;

namespace Monit.IntegrationTests.Alerts;

/// <summary>What delivery asks of a channel, and the settings of an e-mail destination.</summary>
public sealed class ChannelTests : AlertsFixture
{
    private readonly SqliteFile _file = new();
    private IAlertChannel? _second;

    [Theory]
    [InlineData("01:00:00", "Alerts:SendLease (00:01:00) must exceed Horn:Timeout (01:00:00) by at least 0.5 s.")]
    [InlineData("00:00:59.600", "Alerts:SendLease (00:01:00) must exceed Horn:Timeout (00:00:59.6000000) by at least 0.5 s.")]
    public async Task LeaseShorterThanAChannelsLongestSend_StopsTheStart(string longest, string error)
    {
        _second = new Horn(TimeSpan.Parse(longest, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Contains(error, (await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SecondChannel_LeavesTheMonitorsMailToEmail()
    {
        _second = new Horn(TimeSpan.FromSeconds(1));
        var down = await SeedDownAsync();
        await StartAsync();
        await UntilAsync(down.Id, AlertStatus.Delivered);
        Assert.Equal("email", Assert.Single(await AttemptsAsync(down.Id)).Channel);
        Assert.Single(Smtp.Received);
    }

    [Theory]
    [InlineData("""{"to": ["ops@example.org", "Ada <ada@example.org>"]}""")]
    [InlineData("""{"to": []}""", "to")]
    [InlineData("""{}""", "to")]
    [InlineData("""[]""", "to")]
    [InlineData("""{"to": "ops@example.org"}""", "to")]
    [InlineData("""{"to": null}""", "to")]
    [InlineData("""{"to": ["ops@example.org", "a@b.org, c@d.org", null, ""]}""", "to[1]", "to[2]", "to[3]")]
    public void EmailSettings_AreListsOfAddresses(string settings, params string[] wrong) =>
        Assert.Equal(wrong, EmailSettings.Validate(JsonDocument.Parse(settings).RootElement).Select(error => error.Field));

    private protected override Task CreateDatabaseAsync() => _file.MigrateAsync();
    private protected override void DropDatabase() => _file.Dispose();
    private protected override MonitDb NewDb() => _file.NewDb();
    private protected override void AddDatabase(IServiceCollection services)
    {
        _file.Add(services);
        if (_second is not null)
            services.AddSingleton(_second);
    }

    /// <summary>A channel to nowhere.</summary>
    private sealed class Horn(TimeSpan longest) : IAlertChannel
    {
        public string Kind => "horn";
        public LongestSend LongestSend => new(longest, "Horn:Timeout");
        public IEnumerable<FieldError> Validate(JsonElement settings) => [];
        public string? Unusable(JsonElement settings) => null;
        public Task<SendResult> SendAsync(IReadOnlyList<AlertMessage> messages, JsonElement settings, CancellationToken abort) =>
            Task.FromResult(new SendResult(SendOutcome.Refused, "Nobody hears a horn."));
    }
}
