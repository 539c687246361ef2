using System.Data.Common;
using System.Security.Cryptography;
using System.Xml;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

using Monit.Core;
namespace Monit.ServiceDefaults.KeyRing;

/// <summary>
/// Reads all keys and uses one before the service starts: what cannot be read would otherwise show at the first log-in.
/// Makes the first key of an installation.
/// </summary>
internal sealed class KeyRingCheck(IDataProtectionProvider protection, IOptions<KeyManagementOptions> keys) : IHostedService
{
    /// <exception cref="StartException">The keys cannot be read; the message says why.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            keys.Value.XmlRepository!.GetAllElements();
            var protector = protection.CreateProtector("start");
            if (protector.Unprotect(protector.Protect("ready")) != "ready")
                throw new StartException("The keys of Data Protection do not give back what they protected.");
            return Task.CompletedTask;
        }
        // What went wrong while a key was made; ASP.NET wraps it.
        catch (CryptographicException failure) when (failure.GetBaseException() is StartException or DbException or IOException or UnauthorizedAccessException)
        {
            throw failure.GetBaseException();
        }
        catch (XmlException damaged)
        {
            throw new StartException($"A file of the folder keys in the data folder is damaged ({damaged.Message}). Restore the folder from a backup, "
                + "or delete the file: who logged in with its key must log in again.", damaged);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
