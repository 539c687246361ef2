using System.ComponentModel.DataAnnotations;

namespace Monit.Alerts.Http;

/// <summary>Access to the API of Monit.Alerts. Section <c>Alerts</c>.</summary>
internal sealed class AccessOptions
{
    private const string Rule = "Alerts:Key must be set and have 32 to 1024 characters; Monit.Worker needs the same key.";

    /// <summary>The secret shared with Monit.Worker, 32..1024 characters; no default.</summary>
    [Required(ErrorMessage = Rule), StringLength(1024, MinimumLength = 32, ErrorMessage = Rule)]
    public string Key { get; set; } = "";
}
