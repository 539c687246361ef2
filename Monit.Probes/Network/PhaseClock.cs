using Monit.Core.Checks;
using Monit.Core.Checks.Answers;

namespace Monit.Probes.Network;

internal enum Phase
{
    /// <summary>Between the others.</summary>
    None,
    Dns,
    Connect,
    Tls,
    FirstByte,
    Transfer,
}

/// <summary>Measures the phases of a check, each of which lasts until the next begins, and notes whom it met. Not thread-safe.</summary>
internal sealed class PhaseClock(TimeProvider time)
{
    private readonly double _microseconds = 1e6 / time.TimestampFrequency;
    // By phase, in units of the monotonic clock.
    private readonly long[] _spent = new long[(int)Phase.Transfer + 1];
    private Phase _current;
    private long _started;
    private long _since;

    /// <summary>Who was met last; null if nobody yet.</summary>
    public Peer? Peer { get; set; }

    public void Start()
    {
        Array.Clear(_spent);
        Peer = null;
        _current = Phase.None;
        _started = _since = time.GetTimestamp();
    }

    public void Enter(Phase next)
    {
        var now = time.GetTimestamp();
        _spent[(int)_current] += now - _since;
        (_current, _since) = (next, now);
    }

    /// <summary>Begins the next phase. The time until then is that of the phases of another clock; the rest of it, of one more.</summary>
    public void Split(PhaseClock parts, Phase rest, Phase next)
    {
        var now = time.GetTimestamp();
        var left = now - _since;
        for (var phase = Phase.Dns; phase <= Phase.Tls; phase++)
        {
            // It may still run, on another thread: then it is as good as what can be read of it, and no more than there was time.
            var spent = Math.Clamp(parts._spent[(int)phase] + (parts._current == phase ? now - parts._since : 0), 0, left);
            _spent[(int)phase] += spent;
            left -= spent;
        }
        _spent[(int)rest] += left;
        Peer = parts.Peer ?? Peer;
        (_current, _since) = (next, now);
    }

    public Observation Stop(Failure? failure, int? httpStatus)
    {
        Enter(Phase.None);
        var phases = new Phases(Of(Phase.Dns), Of(Phase.Connect), Of(Phase.Tls), Of(Phase.FirstByte), Of(Phase.Transfer));
        return new Observation(failure, httpStatus, time.GetElapsedTime(_started, _since), phases) { Peer = Peer };
    }

    private uint Of(Phase phase) => _spent[(int)phase] is > 0 and var spent ? Math.Max(1, (uint)(spent * _microseconds)) : 0;
}
