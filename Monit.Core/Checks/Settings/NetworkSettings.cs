using System.Text.Json.Serialization;

namespace Monit.Core.Checks.Settings;

/// <summary>How a check reaches its target.</summary>
public sealed record NetworkSettings
{
    /// <summary>Default <see cref="Settings.IpFamily.Any"/>.</summary>
    public IpFamily? IpFamily { get; init; }

    /// <summary>Default <see cref="ConnectionUse.Default"/>.</summary>
    public ConnectionUse? Connection { get; init; }
}

/// <summary>The addresses that are used.</summary>
public enum IpFamily : byte
{
    [JsonStringEnumMemberName("any")]
    Any,
    [JsonStringEnumMemberName("4")]
    V4,
    [JsonStringEnumMemberName("6")]
    V6,
}

/// <summary>Whether a check reuses the connection of an earlier one.</summary>
public enum ConnectionUse : byte
{
    /// <summary>As the worker's setting says.</summary>
    [JsonStringEnumMemberName("default")]
    Default,
    [JsonStringEnumMemberName("new")]
    New,
    [JsonStringEnumMemberName("keep_alive")]
    KeepAlive,
}
