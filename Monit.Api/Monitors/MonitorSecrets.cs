using System.Security.Cryptography;
using Monit.Api.Http;
using Monit.Core.Checks.Settings;
using Monit.Core.Monitors;
using Monit.Core.Validation;
using Monit.Storage.Resilience;
using Monit.Storage.Secrets;

namespace Monit.Api.Monitors;

/// <summary>
/// The secrets of a monitor that is written: takes them out of its settings, keeps those of which only the mask came back, and seals
/// them for the origin of its URL. A change that neither writes nor moves secrets opens nothing, so it needs no keys.
/// </summary>
internal sealed partial class MonitorSecrets(SecretVault vault, ILogger<MonitorSecrets> logger)
{
    private static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>();

    /// <summary>Leaves the mask in the monitor's settings in place of each secret.</summary>
    /// <param name="before">Null for a new monitor.</param>
    /// <param name="errors">Gets an error for each mask that keeps nothing.</param>
    /// <returns>Null if the secrets stay as they are stored.</returns>
    /// <exception cref="UnavailableException">There are no keys.</exception>
    public WrittenSecrets? TakeOut(MonitorRequest written, UptimeMonitor monitor, CheckBefore? before, FieldErrors errors)
    {
        var given = monitor.Settings;
        var (paths, stored) = (PathsOf(given), PathsOf(before?.Settings ?? CheckSettings.None));
        var isMoved = before?.SealedSecrets is not null && Secrets.OriginOf(before.Url) != Secrets.OriginOf(monitor.Url);
        if (!isMoved && !paths.Union(stored).Any(path => written.Given.Keys.Any(field => path.StartsWith($"{field.Name}.", StringComparison.Ordinal))))
            return null;

        var known = before?.SealedSecrets is { } text && paths.Count > 0 && !isMoved ? Open(text, before.Url, monitor.Id) : None;
        var found = new List<FieldError>();
        monitor.Settings = Secrets.TakeOut(given, known, out var secrets, found);
        foreach (var error in found)
            errors.Add(CheckRules.Shown(error.Field, given), !stored.Contains(error.Field) ? error.Message
                : isMoved ? "must be sent again: the URL leads to another scheme, host or port than the one that it is stored for"
                : "must be sent again: what is stored can no longer be read");
        foreach (var (name, value) in given.Request?.Headers ?? None)
            if (value == Secret.Mask && !given.Request!.IsSecret(name) && stored.Contains(CheckRules.Header + name.ToLowerInvariant()))
                errors.Add(CheckRules.Header + name, "must be given: what is stored is a secret, and is shown to nobody");
        return new(given.MapSecrets((path, value) => value == Secret.Mask ? known.GetValueOrDefault(path, value) : value), secrets, known);
    }

    /// <exception cref="UnavailableException">There are no keys.</exception>
    public void Seal(UptimeMonitor monitor, WrittenSecrets? written)
    {
        // Sealed twice, the same looks different.
        if (written is not null && !written.IsAsStored)
            monitor.SealedSecrets = WithKeys(() => vault.Seal(Secrets.OriginOf(monitor.Url), written.Now));
    }

    // What cannot be opened is as good as lost, and may be sent again.
    private IReadOnlyDictionary<string, string> Open(string text, string url, Guid monitor)
    {
        try
        {
            return WithKeys(() => vault.Open(text, Secrets.OriginOf(url))) ?? None;
        }
        catch (CryptographicException failure) when (!StoreResilience.IsStoreFailure(failure))
        {
            LogUnreadable(logger, monitor, failure.Message);
            return None;
        }
    }

    private static T WithKeys<T>(Func<T> use)
    {
        try
        {
            return use();
        }
        catch (InvalidOperationException missing)
        {
            throw new UnavailableException("Secrets cannot be stored or read: this installation has no key for them. Its operator must set DataProtection:Key.", missing);
        }
    }

    private static HashSet<string> PathsOf(CheckSettings settings)
    {
        var paths = new HashSet<string>();
        settings.MapSecrets((path, value) =>
        {
            paths.Add(path);
            return value;
        });
        return paths;
    }

    [LoggerMessage(1, LogLevel.Warning, "The secrets of monitor {MonitorId} cannot be read: {Reason}")]
    private static partial void LogUnreadable(ILogger logger, Guid monitorId, string reason);
}

/// <summary>The secrets of a monitor after a request.</summary>
/// <param name="Settings">The monitor's settings with secrets in place; with the mask where one is missing, which is an error.</param>
/// <param name="Now">By path.</param>
/// <param name="Before">Those that were stored, by path; empty if they were not needed.</param>
internal sealed record WrittenSecrets(CheckSettings Settings, IReadOnlyDictionary<string, string> Now, IReadOnlyDictionary<string, string> Before)
{
    public bool IsAsStored => Before.Count > 0 && Now.Count == Before.Count && Now.All(Before.Contains);
}
