using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Monit.Standalone;

/// <summary>Ready while the data folder takes what is written: a full disk, or one that turned read-only, is said before an incident is lost on it.</summary>
internal sealed class DataFolderHealthCheck(DataFolder folder) : IHealthCheck
{
    /// <summary>About what the database's journal grows by for a batch of incidents.</summary>
    private const int ProbeBytes = 256 * 1024;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var file = Path.Combine(folder.Path, "run", "health");
        try
        {
            await using (var probe = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                await probe.WriteAsync(new byte[ProbeBytes], cancellationToken);
                probe.Flush(flushToDisk: true);
            }
            File.Delete(file);
            return HealthCheckResult.Healthy();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, $"The data folder {folder.Path} cannot be written: {failure.Message}");
        }
    }
}
