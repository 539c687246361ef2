using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Monit.Probes.Tests.Http.Requests;

/// <summary>
/// A Kestrel that compresses as it is asked to: <c>/text/LENGTH</c> are so many bytes, <c>/json/LENGTH</c> an object of about as many,
/// <c>/zlib/LENGTH</c> and <c>/raw/LENGTH</c> the bytes with the coding deflate in its two forms.
/// </summary>
internal sealed class KestrelTarget : IAsyncDisposable
{
    private readonly WebApplication _app;

    private KestrelTarget(WebApplication app) => _app = app;

    public string Url => _app.Urls.Single() + "/";

    public static async Task<KestrelTarget> StartAsync(HttpProtocols protocols)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols));
        builder.Services.AddResponseCompression(options =>
        {
            options.Providers.Add<BrotliCompressionProvider>();
            options.Providers.Add<GzipCompressionProvider>();
        });
        var app = builder.Build();
        app.UseResponseCompression();
        app.Run(AnswerAsync);
        await app.StartAsync();
        return new KestrelTarget(app);
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        var (path, response) = (context.Request.Path.Value!.Split('/'), context.Response);
        var text = Encoding.ASCII.GetBytes(new string('a', int.Parse(path[2], CultureInfo.InvariantCulture)));
        response.ContentType = path[1] == "json" ? "application/json" : "text/plain";
        if (path[1] is "zlib" or "raw")
            response.Headers.ContentEncoding = "deflate";
        await using var body = path[1] switch
        {
            "zlib" => new ZLibStream(response.Body, CompressionLevel.Fastest, leaveOpen: true),
            "raw" => new DeflateStream(response.Body, CompressionLevel.Fastest, leaveOpen: true),
            _ => response.Body,
        };
        await body.WriteAsync(path[1] == "json" ? [.. "{\"ok\": true, \"text\": \""u8, .. text, .. "\"}"u8] : text);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
