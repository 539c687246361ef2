using Microsoft.Extensions.Configuration;

namespace Monit.AppHost;

/// <summary>Docker or Podman.</summary>
internal static class ContainerEngine
{
    /// <summary>Whether an engine answers: the one of <c>ASPIRE_CONTAINER_RUNTIME</c> (or its older name), else any.</summary>
    public static bool Answers(IConfiguration configuration) =>
        (configuration["ASPIRE_CONTAINER_RUNTIME"] ?? configuration["DOTNET_ASPIRE_CONTAINER_RUNTIME"]) is { Length: > 0 } chosen
            ? LocalProgram.Succeeds(chosen, "info")
            : LocalProgram.Succeeds("docker", "info") || LocalProgram.Succeeds("podman", "info");
}
