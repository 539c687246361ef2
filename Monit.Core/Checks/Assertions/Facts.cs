using System.Text.Json;
using Monit.Core.Checks.Answers;

namespace Monit.Core.Checks.Assertions;

/// <summary>
/// What a check saw, as far as assertions may look at it. What a kind does not have is null or empty. Not thread-safe. Disposing
/// gives back the memory in which JSON was parsed; without it nothing breaks, but each check costs that memory anew.
/// </summary>
public sealed class Facts : IDisposable
{
    public static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> NoHeaders = new Dictionary<string, IReadOnlyList<string>>();

    private string? _body;
    private ReadOnlyMemory<byte>? _utf8;
    private JsonDocument? _document;
    private bool _isJsonRead;

    public int? Status { get; init; }

    /// <summary>By name, in any case; a header that came several times has several values.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Headers { get; init; } = NoHeaders;

    /// <summary>
    /// Decoded; null if there is none, or not all of it is there. Empty if one came, and was empty. Given as text, or made from
    /// <see cref="BodyBytes"/> when it is first asked for.
    /// </summary>
    public string? Body
    {
        get => _body ??= Utf8 is { } utf8 ? BodyText.ToText(utf8.Span) : null;
        init => _body = value;
    }

    /// <summary>
    /// The body instead of <see cref="Body"/>: after content codings are undone, in the charset that it says itself or the header
    /// Content-Type does. This costs less than a text. Must not change while the facts are used.
    /// </summary>
    public ReadOnlyMemory<byte>? BodyBytes { get; init; }

    /// <summary>Why <see cref="Body"/> is not there, for people; null if it is, or there was none.</summary>
    public string? BodyProblem { get; init; }

    public Phases Phases { get; init; }
    public TimeSpan Total { get; init; }

    /// <summary>Days until the first certificate of the chain expires, rounded down; negative since it has.</summary>
    public int? CertDays { get; init; }
    public int? DomainDays { get; init; }
    public IReadOnlyList<string> Answers { get; init; } = [];
    public string? Rcode { get; init; }
    public string? Ip { get; init; }
    /// <summary>Percent.</summary>
    public decimal? PacketLoss { get; init; }

    /// <summary>The body as JSON, parsed at most once; null if it is none. Gone when the facts are disposed.</summary>
    public JsonElement? Json
    {
        get
        {
            if (!_isJsonRead && Utf8 is { } utf8)
            {
                try
                {
                    _document = JsonDocument.Parse(utf8);
                }
                catch (JsonException)
                {
                    // It stays null.
                }
            }
            _isJsonRead = true;
            return _document?.RootElement;
        }
    }

    /// <summary>The body as valid UTF-8; null if there is none.</summary>
    internal ReadOnlyMemory<byte>? Utf8 => _utf8 ??= BodyBytes is { } bytes ? BodyText.ToUtf8(bytes, MediaType)
        : _body is { } text ? BodyText.ToUtf8(text) : default(ReadOnlyMemory<byte>?);

    private string? MediaType => Headers.FirstOrDefault(header => header.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)).Value is [var first, ..] ? first : null;

    public void Dispose() => _document?.Dispose();
}
