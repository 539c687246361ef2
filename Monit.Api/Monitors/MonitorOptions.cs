using System.ComponentModel.DataAnnotations;

namespace Monit.Api.Monitors;

/// <summary>Limits of accounts and monitors. Section <c>Monitors</c>.</summary>
public sealed class MonitorOptions
{
    /// <summary>The maximum number of monitors of an unpaid account, 0..100 000; default 10 where anybody may register, else none.</summary>
    [Range(0, 100_000, ErrorMessage = "Monitors:FreeQuota must be from 0 to 100000.")]
    public int? FreeQuota { get; set; }

    /// <summary>The maximum number of monitors of a paid account, 0..100 000; default 1000 where anybody may register, else none.</summary>
    [Range(0, 100_000, ErrorMessage = "Monitors:PaidQuota must be from 0 to 100000.")]
    public int? PaidQuota { get; set; }

    /// <summary>The minimum interval of a monitor, 2 s..1 day; default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:02", "1.00:00:00", ErrorMessage = "Monitors:MinInterval must be from 00:00:02 to 1.00:00:00.")]
    public TimeSpan MinInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The maximum number of monitors of an account; null: none.</summary>
    public int? QuotaOf(bool isPaid) => isPaid ? PaidQuota : FreeQuota;
}
