namespace Monit.Probes.Runs;

/// <summary>
/// A check could not be carried out, because Monit's own machine or process has run out of something. It says nothing about
/// the target: the check is to be tried again, here or elsewhere.
/// </summary>
/// <param name="resource"><see cref="Resource"/>.</param>
/// <param name="cause">What the system said.</param>
internal sealed class ExhaustedException(string resource, Exception? cause = null) : Exception($"Monit has run out of {resource}.", cause)
{
    /// <summary>What is lacking, one of few words: <c>files</c> (file descriptors), <c>ports</c>, <c>memory</c> or <c>threads</c>; of a worker also <c>processor</c>.</summary>
    public string Resource { get; } = resource;
}
