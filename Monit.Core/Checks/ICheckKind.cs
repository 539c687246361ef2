using Monit.Core.Checks.Assertions;
using Monit.Core.Checks.Settings;
using Monit.Core.Validation;

namespace Monit.Core.Checks;

/// <summary>
/// A kind of check: what its monitors may say. What carries it out is an <c>IProbe</c> in Monit.Probes.
/// </summary>
public interface ICheckKind
{
    /// <summary>Its name in the API.</summary>
    string Name { get; }

    /// <summary>The schemes of its URLs, in lower case; no two kinds share one.</summary>
    IReadOnlyList<string> Schemes { get; }

    /// <summary>The reasons to fail that only this kind has, besides <see cref="FailureReasons.OfEveryKind"/>.</summary>
    IReadOnlyList<FailureReason> Reasons { get; }

    /// <summary>What assertions may look at.</summary>
    IReadOnlyList<AssertionSource> Sources { get; }

    /// <summary>Adds an error for each field that is not valid in a monitor of this kind.</summary>
    /// <param name="settings">With its secrets.</param>
    void Validate(string url, CheckSettings settings, ICollection<FieldError> errors);
}
