using System.Text.Json.Serialization;
using Monit.Core.Checks.Assertions;

namespace Monit.Core.Checks.Settings;

/// <summary>
/// How a monitor is checked beyond its URL, and what must hold of the answer, as its owner wrote it. Immutable. Stored in SQL
/// and Redis as JSON (<see cref="SettingsJson"/>), with <see cref="Secret.Mask"/> in place of each secret. A kind of check
/// that has settings of its own adds a property.
/// </summary>
public sealed record CheckSettings
{
    public static CheckSettings None { get; } = new();

    public RequestSettings? Request { get; init; }
    public TlsSettings? Tls { get; init; }
    public NetworkSettings? Network { get; init; }

    /// <summary>All must hold; null if there are none.</summary>
    [JsonConverter(typeof(AssertionsJson))]
    public IReadOnlyList<Assertion>? Assertions { get; init; }

    /// <summary>Whether nothing is set.</summary>
    [JsonIgnore]
    public bool IsNone => this is { Request: null, Tls: null, Network: null, Assertions: null };

    /// <summary>The settings with each secret replaced by what <paramref name="map"/> makes of it.</summary>
    public CheckSettings MapSecrets(SecretMap map) => this with { Request = Request?.MapSecrets(map, "request"), Tls = Tls?.MapSecrets(map, "tls") };

    /// <summary>Whether both say the same, by their stored forms.</summary>
    public bool Equals(CheckSettings? other) => other is not null && (ReferenceEquals(this, other) || SettingsJson.Encode(this) == SettingsJson.Encode(other));

    /// <summary>As JSON, without secrets.</summary>
    public override string ToString() => SettingsJson.Encode(Secrets.Masked(this));

    public override int GetHashCode() => SettingsJson.Encode(this).GetHashCode(StringComparison.Ordinal);
}
