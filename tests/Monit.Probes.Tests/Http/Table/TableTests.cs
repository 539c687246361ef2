using System.Text;
using System.Text.RegularExpressions;
using Monit.Core.Checks.Reports;
using Monit.Testing;

namespace Monit.Probes.Tests.Http.Table;

/// <summary>What Monit says of a request, its answer and what is asserted of it, whichever engine sends it.</summary>
public sealed class TableTests(TableServer server) : IClassFixture<TableServer>
{
    private static readonly Dictionary<string, TableCase> Cases = Rows.All.ToDictionary(row => row.Name);

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Fact]
    public void Table_IsLong() => Assert.InRange(Cases.Count, 120, int.MaxValue);

    [Theory, MemberData(nameof(Names))]
    public async Task Case_MeansTheSame_WhicheverEngineSendsIt(string name)
    {
        var row = Cases[name];
        var expected = row.Detail is null ? row.Means : $"{row.Means}: {row.Detail}";
        CheckReport? first = null;
        foreach (var sender in (Sender[])[Sender.FastOnEpoll, Sender.FastOnSockets, Sender.Full])
        {
            var report = await RunAsync(row, sender);
            var said = $"{report.State}{(report.Reason is { } reason ? $" {reason}" : "")}{(report.Detail is { } detail ? $": {detail}" : "")}";
            Assert.True(Regex.IsMatch(said, $"^{Regex.Escape(expected).Replace("\\#", "[0-9.]+", StringComparison.Ordinal)}$"), $"{sender}: expected {expected}\n      got {said}");
            Assert.Equal(row.Means is not ['d', 'o', ..], report.Success);
            first ??= report;
            Assert.Equal((first.HttpStatus, first.Body, Shown(first)), (report.HttpStatus, report.Body, Shown(report)));
        }
    }

    // .NET's client does not keep the order of headers.
    private static string Shown(CheckReport report) => string.Join(", ", (report.Headers ?? new Dictionary<string, string>()).Where(header => header.Key is not ("date" or "location")).Order(Comparer<KeyValuePair<string, string>>.Create((a, b) => string.CompareOrdinal(a.Key, b.Key))));

    private async Task<CheckReport> RunAsync(TableCase row, Sender sender)
    {
        await using var next = new ScriptedTarget { Answer = ScriptedTarget.Status(200, "X-Next: yes\r\n", "next") };
        var answer = Encoding.Latin1.GetBytes(row.Comes.Text.Replace("{next}", next.Url, StringComparison.Ordinal));
        await using var socket = new ScriptedTarget
        {
            Answer = async (stream, _, ct) =>
            {
                await stream.WriteAsync(answer, ct);
                return row.Comes.Stays;
            },
        };
        using var checker = new Checker(sender);
        var url = row.Comes.From == Source.Socket ? socket.Url.TrimEnd('/') : server.UrlOf(row.Comes.From);
        return await CheckRun.RunAsync(row.ConfigFor(url + row.Asks.Path), (spec, withAnswer, abort) => checker.ObserveAsync(spec, abort, withAnswer), TimeProvider.System, TestContext.Current.CancellationToken);
    }
}
