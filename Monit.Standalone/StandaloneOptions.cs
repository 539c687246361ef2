namespace Monit.Standalone;

/// <summary>Section <c>Standalone</c>.</summary>
internal sealed class StandaloneOptions
{
    /// <summary>Where the database and the keys lie; default <c>data</c> under the current directory.</summary>
    public string DataDirectory { get; set; } = "data";
}
