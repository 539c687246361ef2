using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Monit.Storage.Secrets;

namespace Monit.ServiceDefaults.KeyRing;

/// <summary>
/// The keys of ASP.NET's Data Protection, which it otherwise reads once a day: what a service has encrypted with a key that it has just made,
/// the others could not decrypt until then.
/// </summary>
internal sealed class FreshKeys(IServiceProvider services, TimeProvider time) : IKeyManager, IKeyRing, IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);
    private readonly XmlKeyManager _keys = ActivatorUtilities.CreateInstance<XmlKeyManager>(services);
    private readonly Lock _lock = new();
    private CancellationTokenSource _stale = new();
    private long? _refreshed;

    public bool Refresh()
    {
        CancellationTokenSource stale;
        lock (_lock)
        {
            if (_refreshed is { } last && time.GetElapsedTime(last) < Pause)
                return false;
            (_refreshed, stale, _stale) = (time.GetTimestamp(), _stale, new CancellationTokenSource());
        }
        stale.Cancel();
        return true;
    }

    public CancellationToken GetCacheExpirationToken()
    {
        lock (_lock)
            return CancellationTokenSource.CreateLinkedTokenSource(_keys.GetCacheExpirationToken(), _stale.Token).Token;
    }

    public void Dispose() => _stale.Dispose();

    public IKey CreateNewKey(DateTimeOffset activationDate, DateTimeOffset expirationDate) => _keys.CreateNewKey(activationDate, expirationDate);

    public IReadOnlyCollection<IKey> GetAllKeys() => _keys.GetAllKeys();

    public void RevokeAllKeys(DateTimeOffset revocationDate, string? reason = null) => _keys.RevokeAllKeys(revocationDate, reason);

    public void RevokeKey(Guid keyId, string? reason = null) => _keys.RevokeKey(keyId, reason);
}
