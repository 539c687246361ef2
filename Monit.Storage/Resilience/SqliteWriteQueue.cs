using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Monit.Storage.Resilience;

/// <summary>
/// Waits for SQLite's single write lock without a thread: the driver would sleep in it, and some hundred writers would hold
/// every thread of the pool. The writers of this process queue here, each from its first write until its connection closes, and
/// only the first of them asks SQLite, again and again while another process holds the lock. Readers do not queue.
/// The connection string must say <see cref="NoWait"/>. Synchronous calls do not wait at all.
/// </summary>
/// <exception cref="SqliteException">SQLITE_BUSY: it was not its turn within <see cref="Patience"/>.</exception>
#pragma warning disable CA1001 // Lives as long as the options that hold it, which dispose nothing; the semaphore holds no handle.
public sealed class SqliteWriteQueue(TimeProvider time) : IDbTransactionInterceptor, IDbCommandInterceptor, IDbConnectionInterceptor
#pragma warning restore CA1001
{
    /// <summary>How long a write waits, its turn and SQLite's lock together.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>For <see cref="SqliteConnectionStringBuilder.DefaultTimeout"/>: below 0, so that the driver gives up at once; 0 would mean never.</summary>
    public const int NoWait = -1;

    private const int Busy = 5;
    private const int Locked = 6;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly ConcurrentDictionary<DbConnection, bool> _writing = new();

    /// <summary>Whether a write has waited in vain.</summary>
    public static bool IsBusy(Exception failure) => failure is SqliteException { SqliteErrorCode: Busy or Locked };

    public async ValueTask<InterceptionResult<DbTransaction>> TransactionStartingAsync(
        DbConnection connection, TransactionStartingEventData eventData, InterceptionResult<DbTransaction> result, CancellationToken cancellationToken = default) =>
        InterceptionResult<DbTransaction>.SuppressWithResult(await WriteAsync(connection,
            () => connection.BeginTransactionAsync(eventData.IsolationLevel, cancellationToken).AsTask(), cancellationToken));

    public async ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) =>
        InterceptionResult<int>.SuppressWithResult(await RunAsync(command, eventData, () => command.ExecuteNonQueryAsync(cancellationToken), cancellationToken));

    public async ValueTask<InterceptionResult<object>> ScalarExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<object> result, CancellationToken cancellationToken = default) =>
        InterceptionResult<object>.SuppressWithResult((await RunAsync(command, eventData, () => command.ExecuteScalarAsync(cancellationToken), cancellationToken))!);

    public async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default) =>
        InterceptionResult<DbDataReader>.SuppressWithResult(await RunAsync(command, eventData, () => command.ExecuteReaderAsync(cancellationToken), cancellationToken));

    public void ConnectionClosed(DbConnection connection, ConnectionEndEventData eventData) => Leave(connection);

    public Task ConnectionClosedAsync(DbConnection connection, ConnectionEndEventData eventData)
    {
        Leave(connection);
        return Task.CompletedTask;
    }

    public void ConnectionDisposed(DbConnection connection, ConnectionEndEventData eventData) => Leave(connection);

    public Task ConnectionDisposedAsync(DbConnection connection, ConnectionEndEventData eventData)
    {
        Leave(connection);
        return Task.CompletedTask;
    }

    // Queries wait too, for the rare moments in which SQLite lets nobody in, such as a recovery.
    private Task<T> RunAsync<T>(DbCommand command, CommandEventData what, Func<Task<T>> execute, CancellationToken ct) =>
        what.CommandSource is CommandSource.LinqQuery or CommandSource.FromSqlQuery
            ? RetryAsync(execute, time.GetTimestamp(), ct) : WriteAsync(command.Connection!, execute, ct);

    private async Task<T> WriteAsync<T>(DbConnection connection, Func<Task<T>> execute, CancellationToken ct)
    {
        var began = time.GetTimestamp();
        if (_writing.ContainsKey(connection))
            return await RetryAsync(execute, began, ct);
        if (!await _turn.WaitAsync(Patience, ct))
            throw new SqliteException("Other writers of this process were first.", Busy);
        _writing[connection] = true;
        try
        {
            return await RetryAsync(execute, began, ct);
        }
        catch
        {
            Leave(connection);
            throw;
        }
    }

    private async Task<T> RetryAsync<T>(Func<Task<T>> execute, long began, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                return await execute();
            }
            catch (SqliteException busy) when (IsBusy(busy) && time.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(Pause, time, ct);
            }
        }
    }

    private void Leave(DbConnection connection)
    {
        if (_writing.TryRemove(connection, out _))
            _turn.Release();
    }
}
