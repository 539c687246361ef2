namespace Monit.Worker.Completer;

internal sealed partial class CompleterStage
{
    [LoggerMessage(1, LogLevel.Warning, "Redis does not accept {Count} results of shard {Shard}; retrying until their leases expire")]
    private partial void LogRetrying(int shard, int count, Exception failure);

    [LoggerMessage(2, LogLevel.Information, "Redis accepts the results of shard {Shard} again")]
    private partial void LogRecovered(int shard);

    [LoggerMessage(3, LogLevel.Warning, "Dropped {Count} results of shard {Shard} whose lease has expired; the checks run again")]
    private partial void LogDropped(int shard, int count);

    [LoggerMessage(4, LogLevel.Debug, "{Count} jobs of shard {Shard} were fenced off")]
    private partial void LogFenced(int shard, int count);

    [LoggerMessage(5, LogLevel.Warning, "Stopping with {Count} results of shard {Shard} unwritten; the checks run again when their leases expire")]
    private partial void LogGivenUp(int shard, int count, Exception failure);
}
