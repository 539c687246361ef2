using Microsoft.Extensions.DependencyInjection;
using Monit.Core.Checks.Assertions;
using Monit.Core.History;
using Monit.Core.Monitors;
using Monit.IntegrationTests.Api;
using Monit.Storage.History;

namespace Monit.IntegrationTests.History;

/// <summary>
/// Over random histories, stored as they are stored at any moment (some results in Redis, in the window, in chunks, in days that are rolled up, in several of
/// them at once), all numbers are those of a count that looks at every second and every check.
/// </summary>
public abstract class NumbersEqualACountBySecondTests(ApiFixture api)
{
    private static readonly DateTimeOffset Now = new(2026, 11, 10, 15, 4, 5, TimeSpan.Zero);
    private static readonly int[] Intervals = [10, 30, 60, 300, 3600];

    [Fact]
    public async Task Stats_OfRandomHistories()
    {
        await using var host = await SeededHistory.StartAsync(api, Now);
        for (var seed = 1; seed <= 25; seed++)
        {
            var truth = Simulated.Run(new Random(seed), Now);
            await truth.StoreAsync(host);
            await using var scope = host.Scope();
            var stats = scope.ServiceProvider.GetRequiredService<StatsReader>();
            var watched = Watched.Of(truth.Monitor);
            foreach (var (from, to, step) in truth.Ranges(new Random(seed)))
            {
                var range = StatsReader.Widened(new Span(from, to), step);
                var answer = await stats.ReadAsync(watched, range, step, TestContext.Current.CancellationToken);
                Assert.Equal((int)(range.Length / step), answer.Buckets.Count);
                foreach (var bucket in answer.Buckets)
                    truth.IsCounted(bucket, $"seed {seed}, step {step}");
                truth.IsCounted(answer.Total, $"seed {seed}, total of {from:O} to {to:O}");
                Assert.Equal(range, answer.Total.Time);
            }
        }
    }

    [Fact]
    public async Task Lists_OfManyMonitors_SayWhatEachSays()
    {
        await using var host = await SeededHistory.StartAsync(api, Now);
        var all = Enumerable.Range(100, 12).Select(seed => Simulated.Run(new Random(seed), Now)).ToList();
        foreach (var truth in all)
            await truth.StoreAsync(host);
        await using var scope = host.Scope();
        var watched = all.ConvertAll(truth => Watched.Of(truth.Monitor));
        var latest = await scope.ServiceProvider.GetRequiredService<LatestReader>().ReadAsync(watched.ConvertAll(w => w.Id), TestContext.Current.CancellationToken);
        foreach (var days in (int[])[1, 3, 30])
        {
            var range = new Span(Now.AddDays(-days), Now);
            var recorded = await scope.ServiceProvider.GetRequiredService<AvailabilityReader>().ReadAsync(watched, latest, range, TestContext.Current.CancellationToken);
            foreach (var (truth, known) in all.Zip(recorded))
                Assert.Equal(truth.Counted(range), Accounting.Of(known, range));
        }
        var last = await scope.ServiceProvider.GetRequiredService<ResultReader>().ReadLastAsync(watched, latest, 60, TestContext.Current.CancellationToken);
        foreach (var (truth, points) in all.Zip(last))
        {
            Assert.Equal(truth.Kept.TakeLast(points.Count), points);
            // One window an hour, so that the search reaches as far as results are kept.
            if (truth.IsSlow)
                Assert.Equal(Math.Min(60, truth.Kept.Count()), points.Count);
        }
        var months = await scope.ServiceProvider.GetRequiredService<MonthReader>().ReadAsync(watched, new DateOnly(2026, 11, 1), TestContext.Current.CancellationToken);
        foreach (var (truth, month) in all.Zip(months))
        {
            var range = new Span(new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero), new(2026, 12, 1, 0, 0, 0, TimeSpan.Zero));
            Assert.Equal(truth.Counted(range), month.Availability);
            Assert.Equal(truth.LatencyOf(truth.Within(range)), month.Latency);
        }
    }

    /// <summary>A monitor's past, second by second.</summary>
    private sealed class Simulated
    {
        private readonly DateTimeOffset _begin;
        private readonly List<ResultPoint> _results = [];
        private readonly List<Span> _paused = [], _maintenance = [], _unknown = [];
        private readonly List<(Span Time, Severity Severity)> _incidents = [];
        private readonly DateTimeOffset _changed;
        private readonly TimeSpan _before;
        private readonly LifeState[] _seconds;
        private readonly HashSet<DateOnly> _rolledUp = [];
        private int _inRedis;
        private int _inBoth;

        public required UptimeMonitor Monitor { get; init; }

        private Simulated(DateTimeOffset begin, int seconds, DateTimeOffset changed, TimeSpan before) =>
            (_begin, _seconds, _changed, _before) = (begin, new LifeState[seconds], changed, before);

        private TimeSpan IntervalAt(DateTimeOffset at) => at < _changed ? _before : TimeSpan.FromSeconds(Monitor.IntervalSec);

        /// <summary>The results of which chunks may still be there.</summary>
        public IEnumerable<ResultPoint> Kept => _results.Where(point => Tenths.ToTime(point.At) >= Now.AddDays(-3).AddHours(-1));

        public bool IsSlow => Monitor.IntervalSec >= 60 && (_before >= TimeSpan.FromMinutes(1) || _changed == _begin);

        private static DateOnly FirstDay => DateOnly.FromDateTime(Now.AddDays(-3).UtcDateTime);

        public static Simulated Run(Random random, DateTimeOffset now)
        {
            var begin = now.AddSeconds(-random.Next(3600, random.Next(2) == 0 ? 90_000 : 8 * 86_400));
            var (interval, before) = (Intervals[random.Next(1, Intervals.Length)], Intervals[random.Next(Intervals.Length)]);
            var changed = random.Next(2) == 0 ? begin : begin.AddSeconds(random.Next(1, (int)(now - begin).TotalSeconds));
            var monitor = new UptimeMonitor
            {
                Id = SeededHistory.NewId(), UserId = Guid.CreateVersion7(), Url = "https://example.com/", IntervalSec = interval, TimeoutSec = 1, CreatedAt = begin, UpdatedAt = changed,
            };
            var past = new Simulated(begin, (int)(now - begin).TotalSeconds, changed, TimeSpan.FromSeconds(before)) { Monitor = monitor };
            past.Simulate(random, now);
            return past;
        }

        private void Simulate(Random random, DateTimeOffset now)
        {
            for (var at = _begin.AddSeconds(random.Next(1, 3600)); at < now && random.Next(12) > 0; at = at.AddSeconds(random.Next(7200, 86_400)))
            {
                var span = new Span(at, random.Next(5) == 0 ? DateTimeOffset.MaxValue : at.AddSeconds(random.Next(1, 7200)));
                (random.Next(3) == 0 ? _paused : _maintenance).Add(span);
                if (span.To == DateTimeOffset.MaxValue)
                    break;
            }
            var (stopped, failing) = (_begin, false);
            for (var at = Next(_begin); at < now; at = Next(at))
            {
                // A pause that is over is forgotten at the next slot.
                if (_paused.Exists(pause => pause.From <= at && at < pause.To) || at < stopped)
                    continue;
                if (random.Next(400) == 0)
                    stopped = at.AddSeconds(random.Next(1, 10_000));
                failing = random.Next(failing ? 4 : 60) == 0 ? !failing : failing;
                var code = failing ? (byte)random.Next(ResultCode.Failed, ResultCode.LatencyExceeded + 1)
                    : random.Next(100) switch { 0 => ResultCode.NotJudged, 1 => ResultCode.Degraded, _ => (byte)random.Next(10, 120) };
                _results.Add(new ResultPoint(Tenths.Of(at), code));
            }
            AddIncidents(random, now);
            AddUnknown(now);
            for (var second = 0; second < _seconds.Length; second++)
                _seconds[second] = StateAt(_begin.AddSeconds(second));
            // SQL knows of a change of the interval before it has results of the new one; there is no other way to write down what came in between.
            _inRedis = Math.Min(random.Next(6), _results.Count(point => Tenths.ToTime(point.At) >= _changed) - (_changed > _begin ? 1 : 0));
            _inRedis = _results.Count > 0 && Tenths.DayOf(_results[Math.Max(0, _results.Count - 6)].At) < FirstDay ? 0 : Math.Max(0, _inRedis);
            _inBoth = Math.Min(_inRedis, random.Next(4));
            for (var day = DateOnly.FromDateTime(_begin.UtcDateTime); day < DateOnly.FromDateTime(now.UtcDateTime); day = day.AddDays(1))
                if (day < FirstDay || random.Next(3) > 0)
                    _rolledUp.Add(day);
        }

        private DateTimeOffset Next(DateTimeOffset at) => DateTimeOffset.FromUnixTimeMilliseconds(Cadence.Next(Monitor.Id, at.ToUnixTimeMilliseconds(), IntervalAt(at)));

        // Some of the times in which checks failed became incidents.
        private void AddIncidents(Random random, DateTimeOffset now)
        {
            DateTimeOffset? since = null;
            foreach (var point in _results)
            {
                if (ResultCode.IsFailure(point.Code))
                    since ??= Tenths.ToTime(point.At);
                else if (since is { } from && random.Next(3) > 0)
                {
                    _incidents.Add((new Span(from, Tenths.ToTime(point.At)), random.Next(5) == 0 ? Severity.Degraded : Severity.Down));
                    since = null;
                }
            }
            if (since is { } open)
                _incidents.Add((new Span(open, DateTimeOffset.MaxValue), Severity.Down));
        }

        // What the definition says, in its own words: a due time that nobody answers for two intervals, second by second.
        private void AddUnknown(DateTimeOffset now)
        {
            var ends = _results.Select(point => (DateTimeOffset?)Tenths.ToTime(point.At)).Append(now).ToList();
            for (var n = 0; n < ends.Count; n++)
            {
                var (after, end) = (n == 0 ? _begin : ends[n - 1]!.Value, ends[n]!.Value);
                var code = n == 0 ? (byte)0 : _results[n - 1].Code;
                if (code == ResultCode.NotJudged)
                {
                    _unknown.Add(new Span(after, end));
                    continue;
                }
                var interval = n > 0 && IntervalAt(after) > IntervalAt(end) ? IntervalAt(after) : IntervalAt(end);
                var patience = ResultCode.IsFailure(code) ? TimeSpan.FromMinutes(15) : TimeSpan.Zero;
                DateTimeOffset? due = null;
                var (slot, wasPaused) = (default(DateTimeOffset?), false);
                for (var at = after.AddSeconds(1); at <= end; at = at.AddSeconds(1))
                {
                    var isPaused = _paused.Exists(pause => pause.From <= at && at < pause.To);
                    if ((isPaused || at == end) && due is { } unanswered && at - unanswered >= 2 * interval)
                        _unknown.Add(new Span(unanswered, at));
                    if (isPaused)
                        (due, slot, patience, wasPaused) = (null, null, TimeSpan.Zero, true);
                    else if (!wasPaused && due is null)
                    {
                        if (slot is null && Cadence.Phase(Monitor.Id, interval) == at.ToUnixTimeMilliseconds() % (long)interval.TotalMilliseconds)
                            slot = at;
                        due = slot is { } first && at >= first + patience ? at : null;
                    }
                    else
                        wasPaused = false;
                }
            }
        }

        private LifeState StateAt(DateTimeOffset at)
        {
            bool In(List<Span> spans) => spans.Exists(span => span.From <= at && at < span.To);
            return In(_paused) ? LifeState.Paused : In(_maintenance) ? LifeState.Maintenance : In(_unknown) ? LifeState.Unknown
                : _incidents.Exists(i => i.Severity == Severity.Down && i.Time.From <= at && at < i.Time.To) ? LifeState.Down : LifeState.Up;
        }

        public async Task StoreAsync(ApiHost host)
        {
            await host.DbAsync(async db =>
            {
                db.Users.Add(new Core.Users.User { Id = Monitor.UserId, Name = "Tester", Email = $"{Monitor.UserId}@example.com", PasswordHash = "-", CreatedAt = _begin });
                db.Monitors.Add(Monitor);
                return await db.SaveChangesAsync();
            });
            foreach (var (kind, spans) in new[] { (SpanKind.Paused, _paused), (SpanKind.Maintenance, _maintenance) })
                foreach (var span in spans)
                    await host.AddSpanAsync(Monitor.Id, kind, span.From, span.To == DateTimeOffset.MaxValue ? null : span.To);
            foreach (var (time, severity) in _incidents)
                await host.AddIncidentAsync(Monitor.Id, time.From, time.To == DateTimeOffset.MaxValue ? null : time.To, severity);
            var filed = _results.SkipLast(_inRedis - _inBoth).ToList();
            // What is not in SQL yet, nobody has written down.
            foreach (var span in _unknown.Where(span => filed.Exists(point => Tenths.ToTime(point.At) >= span.To)))
                await host.AddSpanAsync(Monitor.Id, SpanKind.Unknown, span.From, span.To);
            await host.AddToRedisAsync(Monitor.Id, [.. _results.TakeLast(_inRedis)]);
            await host.AddToSqlAsync(Monitor.Id, [.. filed.Where(point => Tenths.DayOf(point.At) >= FirstDay.AddDays(-1))], point => IntervalAt(Tenths.ToTime(point.At)));
            foreach (var day in _rolledUp)
                await host.AddDayAsync(Monitor.Id, day, [.. filed.Where(point => Tenths.DayOf(point.At) == day)]);
        }

        public IEnumerable<(DateTimeOffset From, DateTimeOffset To, TimeSpan Step)> Ranges(Random random)
        {
            yield return (Now.AddDays(-1), Now, TimeSpan.FromMinutes(5));
            yield return (Now.AddDays(-9), Now, TimeSpan.FromDays(1));
            yield return (Now.AddDays(-2), Now.AddHours(5), TimeSpan.FromHours(1));
            for (var n = 0; n < 3; n++)
            {
                var from = Now.AddSeconds(-random.Next(60, 3 * 86_400 - 16 * 3600));
                yield return (from, from.AddSeconds(random.Next(60, 86_400)), StatsReader.Steps[random.Next(3)]);
            }
            var day = Now.AddSeconds(-random.Next(60, 9 * 86_400));
            yield return (day, day.AddSeconds(random.Next(1, 400_000)), TimeSpan.FromDays(1));
        }

        public List<ResultPoint> Within(Span range) => _results.FindAll(point => Tenths.ToTime(point.At) >= range.From && Tenths.ToTime(point.At) < range.To);

        public Availability Counted(Span range)
        {
            var times = new long[5];
            for (var second = Math.Max(0, (long)(range.From - _begin).TotalSeconds); second < _seconds.Length && _begin.AddSeconds(second) < range.To; second++)
                times[(int)_seconds[second]]++;
            TimeSpan Of(LifeState state) => TimeSpan.FromSeconds(times[(int)state]);
            return new(Of(LifeState.Up), Of(LifeState.Down), Of(LifeState.Unknown), Of(LifeState.Maintenance), Of(LifeState.Paused));
        }

        public LatencyFigures LatencyOf(List<ResultPoint> results)
        {
            var codes = results.Select(point => point.Code).Where(ResultCode.IsUp).Order().ToList();
            double? Rank(double share) => codes.Count == 0 ? null : LatencyCode.Ms(codes[Math.Clamp((int)Math.Ceiling(share * codes.Count), 1, codes.Count) - 1]);
            return new(Rank(0), Rank(0.5), Rank(0.95), Rank(0.99), Rank(1));
        }

        public void IsCounted(Bucket bucket, string what)
        {
            var results = Within(bucket.Time);
            Assert.Equal((what, bucket.Time, Counted(bucket.Time)), (what, bucket.Time, bucket.Availability));
            Assert.Equal((what, bucket.Time, results.Count, results.Count(point => ResultCode.IsFailure(point.Code))),
                (what, bucket.Time, (int)bucket.Checks.Checks, (int)bucket.Checks.Failed));
            Assert.Equal((what, bucket.Time, LatencyOf(results)), (what, bucket.Time, bucket.Checks.Latency));
        }
    }
}

[Collection(nameof(PostgresApi))]
public sealed class PostgresNumbersEqualACountBySecondTests(PostgresApi api) : NumbersEqualACountBySecondTests(api);

[Collection(nameof(SqliteApi))]
public sealed class SqliteNumbersEqualACountBySecondTests(SqliteApi api) : NumbersEqualACountBySecondTests(api);
