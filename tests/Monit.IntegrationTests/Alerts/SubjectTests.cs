using MimeKit;
using Monit.Core.Alerts;

namespace Monit.IntegrationTests.Alerts;

/// <summary>Nothing in a monitor's name is interpreted by whoever reads the mail, or hides in it.</summary>
public sealed class SubjectTests() : AlertsSuite(null)
{
    [Theory]
    [InlineData("=?utf-8?B?RVZJTA==?=")]
    [InlineData("=?utf-8?Q?EVIL?=")]
    [InlineData("=?UTF-8?q?EVIL?= and more")]
    [InlineData("ä =?iso-8859-1?Q?EVIL?= b")]
    [InlineData("x=?utf-8?Q?EVIL?=x")]
    [InlineData("=?utf-8*en?Q?EVIL?=")]
    [InlineData("=?utf-8?Q?EV IL?=")]
    [InlineData("=?utf-8?Q?" + "ÄÖÜ😀ÄÖÜ😀ÄÖÜ😀ÄÖÜ😀ÄÖÜ😀ÄÖÜ😀ÄÖÜ😀" + "?=")]
    public async Task EncodedWord_IsShownAsItIs(string name)
    {
        var mail = await SendAsync(name);
        Assert.StartsWith($"DOWN: {name} since", mail.Subject, StringComparison.Ordinal);
        Assert.StartsWith($"{name} is down.", mail.TextBody, StringComparison.Ordinal);
        var raw = Smtp.Received.Single().Raw.Split("\r\n");
        Assert.All(raw, line => Assert.True(line.Length <= 78, line));
        Assert.DoesNotContain(raw, line => line.Contains("EVIL", StringComparison.Ordinal) && line.StartsWith("Subject:", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("Shop\u202Etxt.exe", "Shoptxt.exe")]
    [InlineData("\u2066Shop\u2069", "Shop")]
    [InlineData("S\u200Bh\u200Co\u200Dp\u2060\uFEFF", "Shop")]
    [InlineData("Sh\u00ADop\u061C\u180E", "Shop")]
    [InlineData("Sh\u3164op\uDB40\uDC41", "Shop")]
    [InlineData("Shop\u0007\u0085\u001B[31m", "Shop   [31m")]
    [InlineData("Shop\u2028Bcc: a@example.org", "Shop Bcc: a@example.org")]
    public async Task InvisibleCharacters_ReachNeitherSubjectNorText(string name, string shown)
    {
        var mail = await SendAsync(name);
        Assert.StartsWith($"DOWN: {shown} since", mail.Subject, StringComparison.Ordinal);
        Assert.StartsWith($"{shown} is down.", mail.TextBody, StringComparison.Ordinal);
    }

    private async Task<MimeMessage> SendAsync(string name)
    {
        var down = await SeedDownAsync(m => m.Name = name);
        await StartAsync();
        await UntilAsync(down.Id, AlertStatus.Delivered);
        return await MimeMessage.LoadAsync(new MemoryStream(System.Text.Encoding.Latin1.GetBytes(Assert.Single(Smtp.Received).Raw)), Token);
    }
}
