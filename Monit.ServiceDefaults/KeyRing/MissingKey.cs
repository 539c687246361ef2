using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Monit.ServiceDefaults.KeyRing;

/// <summary>Refuses to protect anything, because <c>DataProtection:Key</c> is not set: keys beside what they encrypt would protect nothing.</summary>
internal sealed class MissingKey : IDataProtectionProvider
{
    public IDataProtector CreateProtector(string purpose) => throw new InvalidOperationException(KeyRingOptions.Rule);
}

/// <summary>Keeps nothing.</summary>
internal sealed class NoKeys : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements() => [];

    public void StoreElement(XElement element, string friendlyName)
    {
    }
}

/// <summary>Says at the start that the setting is missing.</summary>
internal sealed partial class MissingKeyWarning(ILogger<MissingKeyWarning> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        LogMissing(logger, KeyRingOptions.Rule);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(1, LogLevel.Warning, "What must be encrypted cannot be stored: {Rule}")]
    private static partial void LogMissing(ILogger logger, string rule);
}
