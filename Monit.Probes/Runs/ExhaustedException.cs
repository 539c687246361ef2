namespace Monit.Probes.Runs;

/// <summary>Monit itself lacks something that the check needs, so the check says nothing about its target.</summary>
/// <param name="resource">What is lacking, as one low-cardinality word: <c>files</c>, <c>ports</c>, <c>memory</c> or <c>threads</c>.</param>
public sealed class ExhaustedException(string resource, Exception? cause = null)
    : Exception($"Monit has run out of {resource}.", cause)
{
    public string Resource { get; } = resource;
}
