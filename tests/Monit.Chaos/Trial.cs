using Microsoft.EntityFrameworkCore;
using Monit.Core.Alerts;
using Monit.Core.Incidents;
using Monit.Storage.Sql;
using Monit.Testing;
using Npgsql;

namespace Monit.Chaos;

/// <summary>The result of injecting one fault once.</summary>
internal sealed record Outcome(string Fault, Schedule Schedule, int Lost, int Incidents, int LeftOpen, int Wrong, int AlertsLost, int AlertsDoubled, double PeakToMean, double WorkerMegabytes,
    RecordedOnce History, int Chunks, IReadOnlyList<string> Broken);

/// <summary>
/// Injects a fault into a stable installation. One target in twenty fails from before the fault until after it, so that
/// incidents open and close around it; afterwards the installation must be as it would be without the fault.
/// </summary>
internal static class Trial
{
    private const int Patience = 90;
    private static readonly TimeProvider Time = TimeProvider.System;

    public static async Task<Outcome> RunAsync(Installation monit, Fault fault)
    {
        await monit.EnsureWorkersAsync(monit.Options.Workers);
        if (!monit.IsCalm)
            await CalmAsync(monit, Now());
        monit.IsCalm = false;
        monit.Requests.Forget(Now() - 2 * (long)monit.Options.Interval.TotalMilliseconds);
        var earlier = (await TrySqlAsync(monit, db => db.Incidents.Select(incident => incident.Id).ToListAsync())).ToHashSet();
        var mails = monit.Inbox.Received.Count;
        monit.Kills.Clear();
        monit.Target.IsUp = monitor => !IsFailing(monitor);
        try
        {
            return await RunAsync(monit, fault, earlier, mails);
        }
        finally
        {
            // The next trial must not be affected by one that was aborted.
            monit.Target.IsUp = _ => true;
            monit.Target.Delay = TimeSpan.Zero;
            monit.Names?.Fails = false;
        }
    }

    private static async Task<Outcome> RunAsync(Installation monit, Fault fault, HashSet<Guid> earlier, int mails)
    {
        var (began, chunks) = (Now() - (long)monit.Options.Interval.TotalMilliseconds, await History.ChunksAsync(monit));
        var notCompleted = await monit.NotCompletedAsync();
        await Task.Delay(monit.Options.Interval / 2, Time);

        var from = Now();
        await fault.RunAsync(monit);
        var to = Now();
        await monit.EnsureWorkersAsync(monit.Options.Workers);
        if (fault.Waits)
            to = from;

        await IncidentsOpenAsync(monit, earlier);
        monit.Target.IsUp = _ => true;
        await CalmAsync(monit, Now());
        monit.IsCalm = true;
        var until = Now();
        var megabytes = monit.Workers.Max(worker => worker.Usage().Resident) / 1e6;

        var healthy = Enumerable.Range(0, monit.Options.Monitors).Where(monitor => !IsFailing(monitor)).ToList();
        var underWay = fault.Waits ? monit.Options.VisibilityTimeout : monit.Options.Timeout + monit.Options.ReclaimerInterval;
        var requests = monit.Requests.Since(from - (long)monit.Options.Interval.TotalMilliseconds);
        var schedule = Schedule.Check(requests, monit.Ids, healthy, monit.Options.Interval, (from, to), until, underWay);
        var (incidents, wrong, open) = await IncidentsAsync(monit, earlier, fault);
        var (lost, doubled) = await AlertsAsync(monit, earlier, mails);
        var history = await RecordedAsync(monit, fault, (from, to), (began, until), notCompleted);
        var outcome = new Outcome(fault.Name, schedule, await monit.LostAsync(), incidents, open, wrong, lost, doubled,
            PeakToMean(monit, until), megabytes, history, await History.ChunksAsync(monit) - chunks, []);
        return outcome with { Broken = [.. Judge(outcome, monit, fault)] };
    }

    private static bool IsFailing(int monitor) => monitor % 20 == 3;

    private static long Now() => Time.GetUtcNow().ToUnixTimeMilliseconds();

    private static IEnumerable<string> Judge(Outcome outcome, Installation monit, Fault fault)
    {
        if (outcome.Lost > 0)
            yield return $"{outcome.Lost} monitors lost";
        if (outcome.LeftOpen > 0)
            yield return $"{outcome.LeftOpen} incidents left open";
        if (outcome.Wrong > 0)
            yield return $"{outcome.Wrong} incidents that should not be";
        if (outcome.AlertsLost > 0)
            yield return $"{outcome.AlertsLost} alerts lost";
        if (outcome.AlertsDoubled > 0 && fault.Name is not "alerts-away")
            yield return $"{outcome.AlertsDoubled} alerts doubled";
        if (outcome.Schedule.Stray > 0)
            yield return $"{outcome.Schedule.Stray} checks doubled that were not under way, as {outcome.Schedule.Example}";
        if (fault.Clean && outcome.Schedule.Doubled > 0)
            yield return $"{outcome.Schedule.Doubled} checks doubled";
        if (!outcome.History.Holds)
            yield return $"{outcome.History.Lost} results lost, {outcome.History.Doubled} doubled, {outcome.History.Unknown} times wrongly known or unknown, as {outcome.History.Example}";
        var bound = monit.Options.VisibilityTimeout + monit.Options.ReclaimerInterval + TimeSpan.FromSeconds(1);
        if (fault.Name == "worker-killed" && outcome.Schedule.Worst > bound)
            yield return $"a job waited {outcome.Schedule.Worst.TotalSeconds:F1} s, more than {bound.TotalSeconds:F1} s";
    }

    // Nothing is missed or there twice at any time, wherever it lies; and in the end SQL has it all.
    private static async Task<RecordedOnce> RecordedAsync(Installation monit, Fault fault, (long From, long To) span, (long From, long To) range, long notCompleted)
    {
        notCompleted = Math.Max(0, await monit.NotCompletedAsync() - notCompleted);
        var longest = (long)(monit.Options.Timeout + TimeSpan.FromSeconds(1)).TotalMilliseconds;
        var unmoved = fault.Empties ? (long)(2 * monit.Options.MoveInterval + TimeSpan.FromSeconds(1)).TotalMilliseconds : 0;
        IReadOnlyList<(long, long)> blows = fault.Clean || fault.Elsewhere ? [] : monit.Kills.Count > 0
            ? [.. monit.Kills.Select(kill => (kill - longest, kill + longest))]
            // It strikes where it begins, and where it ends: then come the claims that had to wait, with what is left of their leases.
            : [(span.From - longest - unmoved, (span.From + span.To) / 2), ((span.From + span.To) / 2 + 1, span.To + (long)monit.Options.VisibilityTimeout.TotalMilliseconds)];
        async Task<RecordedOnce> CheckAsync(bool sqlOnly) => RecordedOnce.Check(monit.Requests.Since(range.From), monit.Ids,
            await History.ReadAsync(monit, range.From, sqlOnly), monit.Options.Interval, monit.Options.Timeout, blows, fault.Empties ? int.MaxValue : 1, notCompleted, range);

        var all = await CheckAsync(sqlOnly: false);
        if (all.Lost + all.Doubled > 0)
            return all;
        try
        {
            return await Eventually.Get(() => CheckAsync(sqlOnly: true), stored => stored.Holds && stored.Recorded >= all.Recorded, "SQL has all results", 60);
        }
        catch (TimeoutException)
        {
            return await CheckAsync(sqlOnly: true);
        }
    }

    // Waits until every monitor has had a success since then, no incident is open, and no alert is pending.
    private static async Task CalmAsync(Installation monit, long since)
    {
        await Eventually.Get(() => Task.FromResult(monit.Options.Monitors - monit.Requests.Since(since).Count(seen => seen.Any(request => request.Ok))),
            left => left == 0, "every monitor is checked again", Patience);
        // In one query: an overloaded machine may open further incidents while alerts are delivered.
        await Eventually.Get(() => TrySqlAsync(monit, async db => await db.Incidents.CountAsync(incident => incident.EndTime == null)
                + await db.Alerts.CountAsync(alert => alert.Status == AlertStatus.Pending || alert.Status == AlertStatus.Sending)),
            left => left == 0, "no incident is open, and no alert is pending", Patience);
    }

    private static async Task IncidentsOpenAsync(Installation monit, HashSet<Guid> earlier)
    {
        var failing = Enumerable.Range(0, monit.Options.Monitors).Where(IsFailing).Select(monitor => monit.Ids[monitor]).ToArray();
        async Task<List<Guid>> WithoutAsync() => [.. failing.Except((await IncidentsAsync(monit, earlier)).Select(i => i.MonitorId))];
        try
        {
            await Eventually.Get(WithoutAsync, without => without.Count == 0, "every failing monitor has an incident", Patience);
        }
        catch (TimeoutException)
        {
            var without = await Task.WhenAll((await WithoutAsync()).Take(3).Select(async id => $"{id}: {await monit.DescribeAsync(id)}"));
            throw new TimeoutException($"After {Patience} s, failing monitors without an incident: {string.Join("; ", without)}");
        }
    }

    // The incidents of this trial. Not selected by time: a check may start just before a trial and end within it.
    private static async Task<List<MonitorIncident>> IncidentsAsync(Installation monit, HashSet<Guid> earlier) =>
        [.. (await TrySqlAsync(monit, db => db.Incidents.AsNoTracking().ToListAsync())).Where(incident => !earlier.Contains(incident.Id))];

    // A failing monitor must have one incident, the others none; in an outage of the targets any number is allowed.
    private static async Task<(int All, int Wrong, int Open)> IncidentsAsync(Installation monit, HashSet<Guid> earlier, Fault fault)
    {
        var incidents = await IncidentsAsync(monit, earlier);
        var failing = Enumerable.Range(0, monit.Options.Monitors).Where(IsFailing).Select(monitor => monit.Ids[monitor]).ToHashSet();
        var wrong = fault.Outage ? 0 : incidents.Count(i => !failing.Contains(i.MonitorId)) + incidents.CountBy(i => i.MonitorId).Count(own => own.Value > 1);
        return (incidents.Count, wrong, incidents.Count(i => i.EndTime is null));
    }

    // The inbox must have every alert of SQL once, by its Message-ID, and nothing else.
    private static async Task<(int Lost, int Doubled)> AlertsAsync(Installation monit, HashSet<Guid> earlier, int mails)
    {
        var incidents = (await IncidentsAsync(monit, earlier)).Select(incident => incident.Id).ToHashSet();
        var expected = (await TrySqlAsync(monit, db => db.Alerts.Where(alert => incidents.Contains(alert.IncidentId)).Select(alert => alert.Id).ToListAsync()));
        var received = monit.Inbox.Received.Skip(mails).Select(mail => Guid.Parse(mail.MessageId.Trim('<', '>').Split('@')[0])).ToList();
        var lost = expected.Except(received).Count() + Math.Max(0, 2 * incidents.Count - expected.Count);
        return (lost, received.Count - received.Distinct().Count() + received.Except(expected).Count());
    }

    // How evenly the checks are spread over an interval afterwards: the tenth with the most checks, divided by the mean.
    private static double PeakToMean(Installation monit, long until)
    {
        var interval = (long)monit.Options.Interval.TotalMilliseconds;
        var tenths = monit.Requests.Since(until - interval).SelectMany(seen => seen).Where(request => request.At < until)
            .CountBy(request => (request.At - until + interval) * 10 / interval).Select(tenth => tenth.Value).ToList();
        return tenths.Count == 0 ? 0 : tenths.Max() / (tenths.Sum() / 10d);
    }

    public static async Task<T> TrySqlAsync<T>(Installation monit, Func<Storage.Sql.MonitDb, Task<T>> query)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await monit.SqlAsync(query);
            }
            catch (Exception failure) when (attempt < 50 && (failure is NpgsqlException || failure.InnerException is NpgsqlException))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), Time);
            }
        }
    }
}
