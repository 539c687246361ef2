namespace Monit.Api.Auth;

/// <summary>Who may register.</summary>
public enum Registration
{
    /// <summary>Anybody.</summary>
    Open,

    /// <summary>Nobody.</summary>
    Closed,

    /// <summary>Whoever comes first, and nobody after that.</summary>
    FirstUserOnly,
}
