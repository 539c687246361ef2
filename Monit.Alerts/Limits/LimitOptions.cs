using System.ComponentModel.DataAnnotations;

namespace Monit.Alerts.Limits;

/// <summary>How many mails go out on a day (UTC). Section <c>Alerts</c>.</summary>
internal sealed class LimitOptions
{
    /// <summary>Mails a day on behalf of one account, confirmations included, 0..1 000 000; default 200; 0: no limit.</summary>
    [Range(0, 1_000_000)]
    public int MailsPerAccount { get; set; } = 200;

    /// <summary>Mails a day to one address, whichever accounts cause them, 0..1 000 000; default 100; 0: no limit.</summary>
    [Range(0, 1_000_000)]
    public int MailsPerRecipient { get; set; } = 100;

    /// <summary>Confirmation mails a day on behalf of one account, 1..1 000 000; default 20.</summary>
    [Range(1, 1_000_000)]
    public int ConfirmationsPerAccount { get; set; } = 20;
}
