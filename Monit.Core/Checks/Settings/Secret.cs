namespace Monit.Core.Checks.Settings;

/// <summary>Maps a secret of a monitor's settings to what is to stand in its place.</summary>
/// <param name="path">Where it stands, such as <c>request.auth.basic.password</c>.</param>
public delegate string SecretMap(string path, string value);

public static class Secret
{
    /// <summary>What is shown and stored in place of a secret; sent back, it keeps the secret that is stored there.</summary>
    public const string Mask = "***";
}
