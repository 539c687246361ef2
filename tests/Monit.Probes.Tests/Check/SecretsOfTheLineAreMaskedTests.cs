using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Monit.Check;

namespace Monit.Probes.Tests.Check;

/// <summary>What is secret on the command line comes back in no output, although the target repeats it.</summary>
public sealed class SecretsOfTheLineAreMaskedTests
{
    [Theory]
    [InlineData("--user", "ada:lovelace1815", "lovelace1815", "YWRhOmxvdmVsYWNlMTgxNQ")]
    [InlineData("--bearer", "t0ken-of-mine", "t0ken-of-mine")]
    [InlineData("--header", "Authorization: Custom abcdef123", "abcdef123")]
    [InlineData("--header", "X-Api-Key: abcdef123", "abcdef123")]
    [InlineData("--header", "cookie: session=abcdef123", "abcdef123")]
    [InlineData("--secret-header", "X-Token: abcdef123", "abcdef123")]
    public async Task Secret_IsShownNowhere(string option, string given, params string[] secrets)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var app = builder.Build();
        app.Run(context =>
        {
            var all = string.Join('\n', context.Request.Headers.Select(header => $"{header.Key}: {header.Value}"));
            context.Response.Headers["X-Echo"] = all.Replace('\n', ' ');
            return context.Response.WriteAsync(all);
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        foreach (var options in (string[][])[[], ["--json"], ["--assert", "body eq x"], ["--json", "--assert", "header x-echo eq x"]])
        {
            using var output = new StringWriter();
            using var errors = new StringWriter();
            await CheckCommand.RunAsync([app.Urls.Single(), option, given, .. options], output, errors);
            Assert.Equal("", errors.ToString());
            // The target has seen it, and said so.
            Assert.Contains("***", output.ToString(), StringComparison.Ordinal);
            Assert.All(secrets, secret => Assert.DoesNotContain(secret, output.ToString(), StringComparison.OrdinalIgnoreCase));
        }
    }
}
