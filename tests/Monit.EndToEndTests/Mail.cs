using System.Text;
using MimeKit;
using Monit.Testing;

namespace Monit.EndToEndTests;

/// <summary>The mail at the sink, as its reader sees it.</summary>
internal static class Mail
{
    /// <summary>The alerts of a kind so far: <c>DOWN</c> or <c>UP</c>, with which their subjects begin.</summary>
    public static IReadOnlyList<MimeMessage> Of(this SmtpSink sink, string kind) =>
        [.. sink.Received.Select(Read).Where(mail => mail.Subject!.StartsWith($"{kind}: ", StringComparison.Ordinal))];

    /// <summary>Waits for the first alert of a kind.</summary>
    public static async Task<MimeMessage> FirstAsync(this SmtpSink sink, string kind) => (await Eventually.Get(
        () => Task.FromResult(sink.Of(kind)), mails => mails.Count > 0, $"an alert {kind} has come"))[0];

    private static MimeMessage Read(ReceivedMail mail) => MimeMessage.Load(new MemoryStream(Encoding.Latin1.GetBytes(mail.Raw)));
}
