using Monit.Core.Incidents;

namespace Monit.Worker.ResultProcessor;

internal sealed partial class IncidentWriter
{
    [LoggerMessage(1, LogLevel.Warning, "Monitor {MonitorId} ({Url}) is down: {Reason}, HTTP status {HttpStatus}, detail: {Detail}")]
    private partial void LogDown(Guid monitorId, string url, string reason, int? httpStatus, string detail);

    [LoggerMessage(2, LogLevel.Information, "Monitor {MonitorId} ({Url}) is up again")]
    private partial void LogUp(Guid monitorId, string url);

    [LoggerMessage(3, LogLevel.Warning, "{Count} incident changes cannot be written; retrying until their leases expire")]
    private partial void LogRetrying(int count, Exception failure);

    [LoggerMessage(4, LogLevel.Information, "Incident changes are written again")]
    private partial void LogRecovered();

    [LoggerMessage(5, LogLevel.Warning, "Dropped {Count} incident changes whose lease has expired; the checks run again")]
    private partial void LogDropped(int count);

    [LoggerMessage(6, LogLevel.Error, "SQL refuses the incident change {Change} of monitor {MonitorId}; trying again at its next check")]
    private partial void LogRefused(Guid monitorId, IncidentChange change, Exception failure);

    [LoggerMessage(7, LogLevel.Error, "{Count} incident changes failed; their jobs are released")]
    private partial void LogBroken(int count, Exception failure);

    [LoggerMessage(8, LogLevel.Debug, "{Count} incident changes were fenced off")]
    private partial void LogFenced(int count);

    [LoggerMessage(9, LogLevel.Warning, "Monitor {MonitorId} ({Url}) is degraded: HTTP status {HttpStatus}, detail: {Detail}")]
    private partial void LogDegraded(Guid monitorId, string url, int? httpStatus, string detail);
}
