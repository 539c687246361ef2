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

    public async Task WriteAsync(FileInfo file, CancellationToken ct)
    {
        await using var stream = file.Create();
        await JsonSerializer.SerializeAsync(stream, _values, Indented, ct);
    }
}
