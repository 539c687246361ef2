using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Monit.LoadTest;

/// <summary>The measured values in order, by their JSON names.</summary>
internal sealed class Figures
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private readonly Dictionary<string, object> _values = [];

    public object this[string name]
    {
        get => _values[name];
        set => _values[name] = value is double number ? Math.Round(number, 4) : value;
    }

    public void Print()
    {
        var table = new Table().AddColumn("figure").AddColumn(new TableColumn("").RightAligned());
        foreach (var (name, value) in _values)
            table.AddRow(name, Convert.ToString(value, CultureInfo.InvariantCulture)!);
        AnsiConsole.Write(table);
    }

    /// <summary>A row for each run; all have the same figures.</summary>
    public static void Print(IReadOnlyList<(string Name, Figures Figures)> runs)
    {
        // Where the output is no terminal, it is not 80 columns wide.
        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, 200);
        var table = new Table().AddColumn("kind");
        foreach (var name in runs[0].Figures._values.Keys)
            table.AddColumn(new TableColumn(name.Replace('_', ' ')).RightAligned());
        foreach (var (name, figures) in runs)
            table.AddRow([name, .. figures._values.Values.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture)!)]);
        AnsiConsole.Write(table);
    }

    /// <summary>The figures of all runs, their names after that of the run.</summary>
    public static Figures Join(IReadOnlyList<(string Name, Figures Figures)> runs)
    {
        var joined = new Figures();
        foreach (var (name, figures) in runs)
            foreach (var (figure, value) in figures._values)
                joined[$"{name}_{figure}"] = value;
        return joined;
    }

    public async Task WriteAsync(FileInfo file, CancellationToken ct)
    {
        await using var stream = file.Create();
        await JsonSerializer.SerializeAsync(stream, _values, Indented, ct);
    }
}
