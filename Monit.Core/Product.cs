using System.Reflection;

namespace Monit.Core;

/// <summary>What this build calls itself: the one version of <c>Directory.Build.props</c>.</summary>
public static class Product
{
    /// <summary>The version, such as <c>0.2.0</c>, without the commit that the SDK appends.</summary>
    public static string Version { get; } = typeof(Product).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>How checks introduce themselves to their targets.</summary>
    public static string UserAgent { get; } = $"Monit/{Version} (uptime check)";
}
