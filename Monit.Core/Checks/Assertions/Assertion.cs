using System.Text.Json;

namespace Monit.Core.Checks.Assertions;

/// <summary>How bad it is that an assertion does not hold.</summary>
public enum Severity : byte
{
    Down,
    /// <summary>An incident of its own severity, which counts as up.</summary>
    Degraded,
}

/// <summary>Something that must hold of what a check saw, as its owner wrote it. Valid only as <see cref="AssertionParser"/> returns it.</summary>
/// <param name="Property">A header's name, a JSONPath, or a phase; null where the source has none.</param>
/// <param name="Value">A number, text, truth value, null, or a list; undefined for <c>exists</c> and <c>not_exists</c>.</param>
public sealed record Assertion(AssertionSource Source, string? Property, AssertionOp Op, JsonElement Value, Severity Severity);
