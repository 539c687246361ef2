using System.Net.Security;

namespace Monit.Probes.Network.Tls;

/// <summary>A secure connection that uses what is kept elsewhere, until it is closed: a server may ask for another handshake at any time.</summary>
internal sealed class LeasedStream(Stream inner, IDisposable? trust, IDisposable? identity) : SslStream(inner)
{
    public override async ValueTask DisposeAsync()
    {
        try
        {
            await base.DisposeAsync();
        }
        finally
        {
            Release();
        }
    }

    protected override void Dispose(bool disposing)
    {
        try
        {
            base.Dispose(disposing);
        }
        finally
        {
            if (disposing)
                Release();
        }
    }

    private void Release()
    {
        trust?.Dispose();
        identity?.Dispose();
    }
}
