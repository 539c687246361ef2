using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Monit.Storage.Resilience;
using Monit.Storage.Sql;

namespace Monit.Standalone;

/// <summary>Ready while the database can be written: another process that holds its lock is named before an incident waits for it.</summary>
internal sealed class DatabaseHealthCheck(IDbContextFactory<MonitDb> dbs) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var db = await dbs.CreateDbContextAsync(cancellationToken);
            await using var written = await db.Database.BeginTransactionAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception failure) when (SqliteWriteQueue.IsBusy(failure))
        {
            return new HealthCheckResult(context.Registration.FailureStatus,
                "The database takes no writes: another process holds its lock, or too many writes wait for it. What Monit shows is still right.");
        }
    }
}
