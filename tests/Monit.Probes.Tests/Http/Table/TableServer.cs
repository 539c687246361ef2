using System.IO.Compression;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Monit.Testing;

namespace Monit.Probes.Tests.Http.Table;

/// <summary>
/// Kestrel, over HTTP/1.1, HTTP/2 without TLS, and both over TLS with a certificate that nobody trusts. <c>/</c> shows the request as JSON;
/// <c>/gzip</c>, <c>/br</c>, <c>/deflate</c> the text <c>coded</c> in that coding, <c>/bomb</c> 50 MB of nothing; <c>/to/STATUS</c> redirects to <c>/</c>;
/// <c>/auth</c> is for those who know the password; <c>/long/N</c> has a body of N bytes; <c>/slow</c> takes a while.
/// </summary>
public sealed class TableServer : IAsyncLifetime
{
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(300);
    private readonly X509Certificate2 _certificate = ScriptedTarget.Certificate(TimeProvider.System.GetUtcNow().AddDays(9).AddHours(1));
    private WebApplication _app = null!;
    private string[] _urls = [];

    internal string UrlOf(Source source) => source switch { Source.Kestrel => _urls[0], Source.KestrelOverHttp2 => _urls[1], _ => _urls[2] };

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(_certificate));
        });
        _app = builder.Build();
        _app.Run(AnswerAsync);
        await _app.StartAsync(TestContext.Current.CancellationToken);
        _urls = [.. _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(url => url.TrimEnd('/'))];
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _certificate.Dispose();
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        var (path, response) = (context.Request.Path.Value!.Split('/'), context.Response);
        switch (path[1])
        {
            case "gzip" or "br" or "deflate" or "bomb":
                response.Headers.ContentEncoding = path[1] == "bomb" ? "gzip" : path[1];
                await using (Stream coder = path[1] switch
                {
                    "br" => new BrotliStream(response.Body, CompressionLevel.Fastest, leaveOpen: true),
                    "deflate" => new ZLibStream(response.Body, CompressionLevel.Fastest, leaveOpen: true),
                    _ => new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true),
                })
                    await coder.WriteAsync(path[1] == "bomb" ? new byte[50_000_000] : "coded"u8.ToArray(), context.RequestAborted);
                break;
            case "to":
                response.Redirect("/");
                response.StatusCode = int.Parse(path[2], System.Globalization.CultureInfo.InvariantCulture);
                break;
            case "auth" when context.Request.Headers.Authorization != $"Basic {Convert.ToBase64String("ada:lovelace"u8)}":
                response.StatusCode = 401;
                response.Headers.WWWAuthenticate = "Basic realm=\"table\"";
                break;
            case "long":
                await response.Body.WriteAsync(Encoding.ASCII.GetBytes(new string('a', int.Parse(path[2], System.Globalization.CultureInfo.InvariantCulture)) + "end"));
                break;
            case "slow":
                await Task.Delay(Slow, TimeProvider.System, context.RequestAborted);
                goto default;
            default:
                await response.WriteAsJsonAsync(new
                {
                    method = context.Request.Method, path = context.Request.Path + context.Request.QueryString, protocol = context.Request.Protocol,
                    headers = context.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString()),
                    body = await new StreamReader(context.Request.Body).ReadToEndAsync(context.RequestAborted),
                });
                break;
        }
    }
}
