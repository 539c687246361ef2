namespace Monit.Storage.Secrets;

/// <summary>The keys of Data Protection that this process has read.</summary>
public interface IKeyRing
{
    /// <summary>
    /// Reads them again: another process may have made one since. The next use sees them, or one soon after. Does nothing within ten seconds of
    /// the last time, so that what can never be opened costs no more than that.
    /// </summary>
    /// <returns>Whether they are read again.</returns>
    bool Refresh();
}
