namespace Monit.Check;

/// <summary>What <c>./monit check</c> ends with.</summary>
internal static class ExitCodes
{
    /// <summary>The target counts as up, degraded or not.</summary>
    public const int Up = 0;

    /// <summary>It does not, or Monit could not judge: who asks whether all is well must not be told so then.</summary>
    public const int NotUp = 1;

    /// <summary>Nothing was checked: the command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>A signal ended it before the check was over: 130 for SIGINT, 143 for SIGTERM.</summary>
    public const int Signal = 128;
}
