using System.ComponentModel.DataAnnotations;
using Monit.Core.Users;

namespace Monit.Alerts.Channels.Email;

/// <summary>The mail server. Section <c>Smtp</c>.</summary>
internal sealed class SmtpOptions
{
    /// <summary>Name or address of the server; no default: without it alerts are undeliverable.</summary>
    public string? Host { get; set; }

    /// <summary>1..65535; default 587.</summary>
    [Range(1, 65535)]
    public int Port { get; set; } = 587;

    /// <summary><c>Auto</c> (default), <c>None</c>, <c>StartTls</c> or <c>Tls</c>.</summary>
    [EnumDataType(typeof(SmtpSecurity), ErrorMessage = "Smtp:Security must be Auto, None, StartTls or Tls.")]
    public SmtpSecurity Security { get; set; }

    /// <summary>No default: without it there is no log-in. With <see cref="Security"/> <c>Auto</c>, log-in requires TLS.</summary>
    public string? User { get; set; }

    public string? Password { get; set; }

    /// <summary>The sender; default <c>Monit &lt;monit@localhost&gt;</c>.</summary>
    [Required]
    public string From { get; set; } = "Monit <monit@localhost>";

    /// <summary>The limit for sending one mail, including the connection, 100 ms..30 min; default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:30:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A file with the certificates, in PEM form, of the authorities to trust instead of the system's; no default.</summary>
    public string? CaFile { get; set; }

    /// <summary>Whether the server's certificate must be valid; default true. False accepts any, and whoever is in between can read along.</summary>
    public bool VerifyCertificate { get; set; } = true;

    /// <summary>Whether to ask the certificate's authority, over the network, if it is revoked; default false. Where it cannot be asked, no mail is sent.</summary>
    public bool CheckRevocation { get; set; }

    public bool HasHost => !string.IsNullOrWhiteSpace(Host);
}
