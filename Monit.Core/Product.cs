using System.Reflection;
using Monit.Core.Users;

namespace Monit.Core;

/// <summary>Name and version of this build; the version is set in <c>Directory.Build.props</c>.</summary>
public static class Product
{
    /// <summary>The version, such as <c>0.2.0</c>, without the commit that the SDK appends.</summary>
    public static string Version { get; } = typeof(Product).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>Where people read what Monit is, who find it in the logs of their server.</summary>
    public const string Home = "https://github.com/ashishDevv/monit";

    /// <summary>The <c>User-Agent</c> header of checks.</summary>
    public static string UserAgent { get; } = $"Monit/{Version} (+{Home})";
}
