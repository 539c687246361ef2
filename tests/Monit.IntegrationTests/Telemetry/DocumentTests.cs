using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Monit.Alerts.Delivery;
using Monit.Alerts.Telemetry;
using Monit.Api.Checks;
using Monit.Testing;
using Monit.Worker.Telemetry;

namespace Monit.IntegrationTests.Telemetry;

/// <summary>docs/telemetry.md lists exactly the existing instruments, spans and attributes.</summary>
public sealed partial class DocumentTests(LocalStores stores)
{
    [Fact]
    public void Instruments_AreAsListed()
    {
        using var services = new ServiceCollection().AddMetrics()
            .AddSingleton(Options.Create(new DeliveryOptions())).AddSingleton<DeliveryQueue>()
            .AddSingleton<PipelineMetrics>().AddSingleton<DeliveryMetrics>().AddSingleton<TrialTelemetry>().BuildServiceProvider();
        var own = services.GetRequiredService<IMeterFactory>();
        var found = new ConcurrentQueue<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, own))
                    found.Enqueue($"{instrument.Name} {instrument.Meter.Name} {Kind(instrument)} {instrument.Unit}");
            },
        };
        listener.Start();
        services.GetRequiredService<PipelineMetrics>();
        services.GetRequiredService<DeliveryQueue>();
        services.GetRequiredService<TrialTelemetry>();
        Assert.Equal(Rows("instrument").Select(row => $"{Names(row[0]).Single()} {Names(row[1]).Single()} {row[2]} {Names(row[3]).Single()}").Order(), found.Order());
    }

    [Fact]
    public async Task SpansAndAttributes_AreAsListed()
    {
        var spans = Rows("span").ToDictionary(row => Names(row[0]).Single(), row => (Source: Names(row[1]).Single(), Kind: row[2], Attributes: Names(row[3])));
        var instruments = Rows("instrument").ToDictionary(row => Names(row[0]).Single(), row => Names(row[4]));
        var measured = new ConcurrentDictionary<(string Instrument, string Attribute), bool>();
        using var listener = Listen(measured);
        await using var journey = await TracedJourney.StartAsync(stores, 1);
        await journey.RunAsync();
        listener.RecordObservableInstruments();

        foreach (var span in journey.Spans.Ended.Where(span => span.Source.Name.StartsWith("Monit.", StringComparison.Ordinal)))
        {
            Assert.True(spans.TryGetValue(span.OperationName, out var listed), $"{span.OperationName} is not listed.");
            Assert.Equal((listed.Source, listed.Kind), (span.Source.Name, span.Kind.ToString().ToLowerInvariant()));
            Assert.All(span.TagObjects, tag => Assert.Contains(tag.Key, listed.Attributes));
        }
        // Releases, failed dispatches and failed mails occur only in outages.
        Assert.Equal(spans.Keys.Except(["monit.release", "monit.trial"]).Order(),
            journey.Spans.Ended.Where(span => span.Source.Name.StartsWith("Monit.", StringComparison.Ordinal)).Select(span => span.OperationName).Distinct()
                .Except(["monit.release", "monit.trial"]).Order());
        var listedAttributes = instruments.SelectMany(row => row.Value.Select(attribute => (Instrument: row.Key, attribute))).ToHashSet();
        // Nor is anything lacking otherwise, or tried before it is saved; but other tests in this process do both.
        var missing = listedAttributes.Where(listed => listed.Instrument is not ("monit.checks.given_back" or "monit.trial.duration")).Except(measured.Keys).ToList();
        var unlisted = measured.Keys.Except(listedAttributes).ToList();
        Assert.True(missing is [] && unlisted is [],
            $"Listed, but TracedJourney.RunAsync records no: {string.Join(", ", missing)}. Recorded, but not listed: {string.Join(", ", unlisted)}.");
    }

    private static MeterListener Listen(ConcurrentDictionary<(string, string), bool> measured)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name.StartsWith("Monit.", StringComparison.Ordinal))
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<int>((instrument, _, tags, _) => Note(instrument, tags));
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Note(instrument, tags));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Note(instrument, tags));
        listener.Start();
        return listener;

        void Note(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (var tag in tags)
                measured[(instrument.Name, tag.Key)] = true;
        }
    }

    private static string Kind(Instrument instrument) =>
        instrument.GetType().Name.Split('`')[0].Replace("Observable", "", StringComparison.Ordinal).ToLowerInvariant();

    // The rows of the table whose first column has the given title.
    internal static IEnumerable<string[]> Rows(string title) => File.ReadLines(Path.Combine(Root(), "docs/telemetry.md"))
        .SkipWhile(line => !line.StartsWith($"| {title} |", StringComparison.Ordinal)).Skip(2)
        .TakeWhile(line => line.StartsWith('|')).Select(line => line.Split('|')[1..].Select(cell => cell.Trim()).ToArray());

    internal static string[] Names(string cell) => [.. Quoted().Matches(cell).Select(match => match.Groups[1].Value)];

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../.."));

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
