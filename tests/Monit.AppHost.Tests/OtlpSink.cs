using System.Collections.Concurrent;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Monit.Core.Monitors;

namespace Monit.AppHost.Tests;

/// <summary>A span, metric or log record as it came over the wire.</summary>
/// <param name="Signal"><c>traces</c>, <c>metrics</c> or <c>logs</c>.</param>
/// <param name="Service">The resource's <c>service.name</c>.</param>
/// <param name="Name">Of the span or metric; the text of a log record.</param>
/// <param name="Trace">The trace's id in hex; empty where there is none.</param>
/// <param name="Parent">The id of the span's parent; empty for the first of a trace.</param>
internal sealed record TelemetryItem(string Signal, string Service, string Name, string Trace = "", string Parent = "");

/// <summary>Takes telemetry by OTLP over HTTP, as the dashboard does, which tests run without.</summary>
internal sealed class OtlpSink : IAsyncDisposable
{
    private readonly WebApplication _app;

    private OtlpSink(WebApplication app) => _app = app;

    public string Url => _app.Urls.Single();

    public ConcurrentQueue<TelemetryItem> Received { get; } = [];

    public static async Task<OtlpSink> StartAsync(CancellationToken ct)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var sink = new OtlpSink(builder.Build());
        sink._app.Run(sink.TakeAsync);
        await sink._app.StartAsync(ct);
        return sink;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext http)
    {
        var signal = http.Request.Path.Value!["/v1/".Length..];
        var request = await ByteString.FromStreamAsync(http.Request.Body, http.RequestAborted);
        // The three signals have the same shape: items in scopes in resources.
        foreach (var ofResource in Fields(request)[1].Select(Fields))
        {
            var service = ServiceName(ofResource[1].Single());
            foreach (var item in ofResource[2].SelectMany(scope => Fields(scope)[2]).Select(Fields))
                Received.Enqueue(signal switch
                {
                    "traces" => new(signal, service, Text(item[5]), Hex(item[1]), Hex(item[4])),
                    "metrics" => new(signal, service, Text(item[1])),
                    "logs" => new(signal, service, Text(item[5].SelectMany(body => Fields(body)[1])), Hex(item[9])),
                    _ => throw new InvalidOperationException($"{signal} is no signal of OTLP."),
                });
        }
        // An answer without a field says that all was taken.
        http.Response.ContentType = "application/x-protobuf";
    }

    private static string ServiceName(ByteString resource) => Fields(resource)[1].Select(Fields)
        .Where(attribute => Text(attribute[1]) == "service.name")
        .Select(attribute => Text(Fields(attribute[2].Single())[1])).Single();

    private static string Text(IEnumerable<ByteString> field) => string.Concat(field.Select(value => value.ToStringUtf8()));

    private static string Hex(IEnumerable<ByteString> field) => string.Concat(field.Select(value => Convert.ToHexStringLower(value.Span)));

    /// <summary>The fields of a message that have a length: messages, texts and ids.</summary>
    private static ILookup<int, ByteString> Fields(ByteString message)
    {
        using var input = message.CreateCodedInput();
        List<(int Number, ByteString Value)> fields = [];
        while (input.ReadTag() is not 0 and var tag)
        {
            if (WireFormat.GetTagWireType(tag) is WireFormat.WireType.LengthDelimited)
                fields.Add((WireFormat.GetTagFieldNumber(tag), input.ReadBytes()));
            else
                input.SkipLastField();
        }
        return fields.ToLookup(field => field.Number, field => field.Value);
    }
}
