using System.Globalization;
using System.Text.Json;
using Monit.Core.Checks.Reports;
using Spectre.Console;

namespace Monit.Check;

/// <summary>A report for people, one fact a row. Everything of the target goes through <see cref="Terminal"/>, and nothing is markup.</summary>
internal sealed class ReportTable
{
    private const int MaxBodyLines = 10;
    private const int MaxBodyLine = 200;
    private const int NoWrapping = 10_000;

    private readonly IAnsiConsole _console;
    private readonly TextWriter _output;
    // What is no terminal gets the lines without the spaces that fill them up.
    private readonly StringWriter? _lines;
    private readonly Grid _grid = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(2)).AddColumn(new GridColumn().PadRight(0));

    /// <param name="output">Without colours and wrapping unless it is a terminal.</param>
    public ReportTable(TextWriter output)
    {
        var isTerminal = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
        _output = output;
        _lines = isTerminal ? null : new StringWriter(CultureInfo.InvariantCulture);
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(_lines ?? output), Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No, ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        if (!isTerminal)
            _console.Profile.Width = NoWrapping;
    }

    public void Write(CheckReport report)
    {
        Row("state", report.State, report.State switch { "up" => Color.Green, "degraded" or "pending" => Color.Yellow, _ => Color.Red });
        Row("reason", report.Reason);
        Row("detail", report.Detail);
        Row("phases", Phases(report.PhasesMs));
        Row("ip", report.Ip);
        Row("status", report.HttpStatus is { } status ? string.Create(CultureInfo.InvariantCulture, $"{status}{(report.HttpVersion is { } version ? $", HTTP/{version}" : "")}") : null);
        foreach (var (index, assertion) in report.Assertions.Index())
            Row(index == 0 ? "assertions" : "", Text(assertion), assertion.Ok ? Color.Green : assertion.Severity == "degraded" ? Color.Yellow : Color.Red);
        if (report.Certificate is { } certificate)
            Certificate(certificate);
        foreach (var (index, (name, value)) in (report.Headers ?? new Dictionary<string, string>()).Index())
            Row(index == 0 ? "headers" : "", $"{name}: {value}");
        if (report.Body is { Length: > 0 } body)
            foreach (var (index, line) in FirstLines(body).Index())
                Row(index == 0 ? "body" : "", line);
        _console.Write(_grid);
        if (_lines is not null)
            foreach (var line in _lines.ToString().TrimEnd().Split(Environment.NewLine))
                _output.WriteLine(line.TrimEnd());
    }

    private void Certificate(CertificateReport certificate)
    {
        Row("certificate", $"{certificate.Subject}, by {certificate.Issuer}");
        Row("", $"for {string.Join(", ", certificate.Sans)}");
        Row("", string.Create(CultureInfo.InvariantCulture, $"until {certificate.NotAfter:yyyy-MM-dd HH:mm} UTC; the chain is valid for {certificate.Days} days"));
        if (certificate.ChainError is { } error)
            Row("", $"not trusted: {error}", Color.Red);
    }

    private static string Phases(PhaseTimes times) => string.Join(", ",
        ((string, double?)[])[("dns", times.Dns), ("connect", times.Connect), ("tls", times.Tls), ("first byte", times.FirstByte), ("transfer", times.Transfer), ("total", times.Total)]
        is var parts ? parts.Where(part => part.Item2 is not null).Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Item1} {part.Item2:0.#} ms")) : []);

    private static string Text(AssertionReport assertion)
    {
        var asserted = string.Join(' ', ((string?[])[assertion.Source, assertion.Property, assertion.Op, Text(assertion.Value)]).Where(part => part is not null));
        return $"{(assertion.Ok ? "ok" : assertion.Severity)}: {asserted}, got {assertion.Actual ?? "nothing"}";
    }

    // Not as .NET writes it: true, and no True.
    private static string? Text(JsonElement? value) => value is { ValueKind: not JsonValueKind.String } json ? json.GetRawText() : value?.GetString();

    private static IEnumerable<string> FirstLines(string body)
    {
        var lines = Terminal.Lines(body).Split('\n');
        foreach (var line in lines.Take(MaxBodyLines))
            yield return line.Length > MaxBodyLine ? $"{line[..MaxBodyLine]}…" : line;
        if (lines.Length > MaxBodyLines)
            yield return "…";
    }

    private void Row(string name, string? value, Color? color = null)
    {
        if (value is not null)
            _grid.AddRow(new Text(name), new Text(Terminal.Line(value), new Style(color)));
    }
}
