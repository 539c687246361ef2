using System.ComponentModel.DataAnnotations;

namespace Monit.ServiceDefaults.KeyRing;

/// <summary>The keys of Data Protection in SQL. Section <c>DataProtection</c>.</summary>
internal sealed class KeyRingOptions
{
    /// <summary>Encrypts the keys in SQL: at least 32 characters, the same for every service and replica. No default.</summary>
    [Required(ErrorMessage = Rule), MinLength(32, ErrorMessage = Rule)]
    public string Key { get; set; } = "";

    private const string Rule = "DataProtection:Key must have at least 32 characters, the same for every Api, Worker and Alerts. "
        + "Generate it once ('openssl rand -base64 32'), keep it with the backups of the database, and set it, for example as the environment "
        + "variable DataProtection__Key.";
}
