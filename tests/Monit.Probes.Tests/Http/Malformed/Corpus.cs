namespace Monit.Probes.Tests.Http.Malformed;

/// <summary>
/// Responses of real and hostile servers, with the outcome that a user would expect or, where that is debatable, the outcome
/// of SocketsHttpHandler, which Monit's own HTTP client must match.
/// </summary>
internal static partial class Corpus
{
    private const string Up = "up 200";
    private const string Broken = "NETWORK_ERROR";
    private const string Hangs = "TIMEOUT";
    private const string Ok = "HTTP/1.1 200 OK|";
    private const string Body = "Content-Length: 2||ok";

    public static IReadOnlyList<MalformedCase> All { get; } =
        [.. StatusLines, .. Statuses, .. Interim, .. Headers, .. Lengths, .. Chunks, .. Connections, .. Redirects, .. Tls];

    private static MalformedCase Case(string name, string wire, string outcome, RawEnd end = RawEnd.Close) =>
        new(name, new RawAnswer(RawAnswer.Wire(wire), end), outcome);

    private static MalformedCase Endless(string name, string wire, string repeat, string outcome) =>
        new(name, new RawAnswer(RawAnswer.Wire(wire), RawEnd.Repeat, RawAnswer.Wire(repeat)), outcome);

    private static MalformedCase Unfinished(string name, string wire, string outcome) => Case(name, wire, outcome, RawEnd.Stay) with { IsUnfinished = true };

    private static string X(int count) => new('x', count);

    private static string Times(int count, string text) => string.Concat(Enumerable.Repeat(text, count));
}
