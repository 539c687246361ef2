namespace Monit.Core.Checks;

/// <summary>
/// Knows the thread that serves the sockets of all checks. What blocks it or takes long there delays every other check, so
/// code that may do so begins with <see cref="Refuse"/>.
/// </summary>
public static class SocketThread
{
    [ThreadStatic]
    private static bool _isCurrent;

    /// <summary>Declares the current thread to be the one.</summary>
    public static void Mark() => _isCurrent = true;

    /// <exception cref="InvalidOperationException">The current thread serves the sockets: a defect in Monit.</exception>
    public static void Refuse()
    {
        if (_isCurrent)
            throw new InvalidOperationException("This may take long, and must not run on the thread that serves the sockets of all checks.");
    }
}
