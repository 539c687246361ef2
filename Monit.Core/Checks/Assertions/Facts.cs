using System.Text.Json;
using Monit.Core.Checks.Answers;

namespace Monit.Core.Checks.Assertions;

/// <summary>What a check saw, as far as assertions may look at it. What a kind does not have is null or empty.</summary>
public sealed class Facts
{
    public static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> NoHeaders = new Dictionary<string, IReadOnlyList<string>>();

    private JsonElement? _json;
    private bool _isJsonRead;

    public int? Status { get; init; }

    /// <summary>By name, in any case; a header that came several times has several values.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Headers { get; init; } = NoHeaders;

    /// <summary>Decoded; null if there is none, or not all of it is there.</summary>
    public string? Body { get; init; }

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

    /// <summary>The body as JSON, parsed at most once; null if it is none.</summary>
    public JsonElement? Json
    {
        get
        {
            if (!_isJsonRead && Body is not null)
            {
                try
                {
                    _json = JsonElement.Parse(Body);
                }
                catch (JsonException)
                {
                    // It stays null.
                }
            }
            _isJsonRead = true;
            return _json;
        }
    }
}
