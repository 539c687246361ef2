using Microsoft.Extensions.Options;
using Monit.Core.Checks;
using Monit.Core.Checks.Assertions;
using Monit.Core.Checks.Settings;
using Monit.Storage.Secrets;
using Monit.Worker.Jobs;

namespace Monit.Worker.Executor;

/// <summary>
/// Reads the configuration of a job. One with settings is kept, with its secrets, so that JSON, certificates, paths and expressions are not
/// read and compiled at each check; a plain one is read each time, which costs less than keeping it.
/// </summary>
internal sealed class ConfigReader(SecretVault vault, SecretTroubles troubles, IOptions<ExecutorOptions> options)
{
    // What is kept costs a multiple of its text, and an expression much more; measured roughly.
    private const int EntryBytes = 2 * 1024;
    private const int BytesOfText = 8;
    private const int ExpressionBytes = 32 * 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Entry> _kept = [];
    // For the choice of what gives way.
    private readonly List<Guid> _ids = [];
    private long _bytes;

    /// <summary>About how many bytes are in use.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Sets the job's configuration, or its trouble where its secrets cannot be opened; false if there is none that can be read.</summary>
    public bool TryRead(CheckJob job)
    {
        var text = job.RawConfig;
        if (CheckConfig.FormatOf(text) < 3)
        {
            if (!CheckConfig.TryDecode(text, out var plain))
                return false;
            job.Config = plain;
            return true;
        }
        if (Find(job.Id, text) is { } known)
        {
            (job.Config, job.Mask) = (known.Config, known.Mask);
            return true;
        }
        if (!CheckConfig.TryDecode(text, out var config))
            return false;
        job.Config = config;
        if (WithSecrets(job, config) is not { } settings)
            return true;
        (job.Config, job.Mask) = (config with { Settings = settings, SealedSecrets = null }, SecretMask.Of(settings));
        Keep(job.Id, new Entry(text.ToArray(), job.Config, job.Mask));
        return true;
    }

    private CheckSettings? WithSecrets(CheckJob job, CheckConfig config)
    {
        try
        {
            if (vault.Open(config.SealedSecrets, Secrets.OriginOf(config.Url)) is { } secrets)
                return Secrets.PutIn(config.Settings, secrets);
            job.Trouble = troubles.Report(job.Id, null);
        }
        catch (Exception failure)
        {
            job.Trouble = troubles.Report(job.Id, failure);
        }
        return null;
    }

    private Entry? Find(Guid id, ReadOnlySpan<byte> text)
    {
        lock (_lock)
            return _kept.TryGetValue(id, out var entry) && text.SequenceEqual(entry.Text) ? entry : null;
    }

    private void Keep(Guid id, Entry entry)
    {
        lock (_lock)
        {
            Drop(id);
            if (entry.Bytes > options.Value.DecodedBytes)
                return;
            // By chance: monitors come round one after the other, and the one that was used last is the one that comes last.
            while (_bytes + entry.Bytes > options.Value.DecodedBytes)
                Drop(_ids[Random.Shared.Next(_ids.Count)]);
            entry.Place = _ids.Count;
            _ids.Add(id);
            _kept[id] = entry;
            _bytes += entry.Bytes;
        }
    }

    private void Drop(Guid id)
    {
        if (!_kept.Remove(id, out var entry))
            return;
        _bytes -= entry.Bytes;
        var last = _ids[^1];
        _ids.RemoveAt(_ids.Count - 1);
        if (last == id)
            return;
        _ids[entry.Place] = last;
        _kept[last].Place = entry.Place;
    }

    private sealed class Entry(byte[] text, CheckConfig config, SecretMask mask)
    {
        public byte[] Text => text;
        public CheckConfig Config => config;
        public SecretMask Mask => mask;
        public long Bytes { get; } = EntryBytes + BytesOfText * text.Length
            + ExpressionBytes * (config.Settings.Assertions?.Count(assertion => assertion.Op == AssertionOp.Matches) ?? 0);
        public int Place { get; set; }
    }
}
