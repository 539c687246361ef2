using System.Collections.Frozen;
using Monit.Core.Checks;
using Monit.Core.Checks.Kinds;

namespace Monit.Probes.Runs;

/// <summary>Runs each check with the probe for its URL's scheme.</summary>
internal sealed class ProbeRegistry
{
    private readonly FrozenDictionary<string, IProbe>.AlternateLookup<ReadOnlySpan<char>> _byScheme;

    public ProbeRegistry(IEnumerable<IProbe> probes) => _byScheme = probes
        .SelectMany(probe => probe.Kind.Schemes, (probe, scheme) => KeyValuePair.Create(scheme, probe))
        .ToFrozenDictionary(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <inheritdoc cref="IProbe.RunAsync"/>
    public ValueTask<Observation> RunAsync(CheckConfig spec, bool withAnswer, CancellationToken abort) =>
        _byScheme.TryGetValue(CheckKinds.SchemeOf(spec.Url), out var probe)
            ? probe.RunAsync(spec, withAnswer, abort)
            : new(new Observation(new Failure(FailureReason.InvalidRequest, FailureKind.Terminal), null, default, default));
}
