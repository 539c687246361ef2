namespace Monit.Core.Checks.Settings;

/// <summary>How a check uses TLS.</summary>
public sealed record TlsSettings
{
    /// <summary>Whether the certificate must be valid, for the name, and trusted; default true.</summary>
    public bool? Verify { get; init; }

    /// <summary>The days for which the certificates of the chain must at least be valid, 0..3650; null: no matter.</summary>
    public int? MinDays { get; init; }

    /// <summary>Certificates in PEM that are trusted in place of the system's; null: the system's.</summary>
    public string? Ca { get; init; }

    /// <summary>In PEM, the leaf first; needs <see cref="ClientKey"/>.</summary>
    public string? ClientCertificate { get; init; }

    /// <summary>In PEM, not encrypted. A secret.</summary>
    public string? ClientKey { get; init; }

    /// <summary>Without the key.</summary>
    public override string ToString() => $"Verify = {Verify}, MinDays = {MinDays}, Ca = {Ca is not null}, ClientCertificate = {ClientCertificate is not null}";

    internal TlsSettings MapSecrets(SecretMap map, string path) =>
        ClientKey is { } key ? this with { ClientKey = map($"{path}.client_key", key) } : this;
}
