namespace Monit.Alerts.Channels.Email;

/// <summary>How the connection to the mail server is protected.</summary>
internal enum SmtpSecurity
{
    /// <summary>TLS from the start on port 465, otherwise STARTTLS where the server offers it.</summary>
    Auto,
    /// <summary>Plain text.</summary>
    None,
    /// <summary>STARTTLS; fails if the server does not offer it.</summary>
    StartTls,
    /// <summary>TLS from the start.</summary>
    Tls,
}
