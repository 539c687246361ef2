namespace Monit.Core.Checks.Settings;

/// <summary>A monitor's own rules for when a failure counts and what opens and closes an incident; null: the setting's.</summary>
/// <param name="Retries">Quick retries before a failure counts, 0..10.</param>
/// <param name="RetryDelaySec">Seconds until a quick retry, 1..3600.</param>
/// <param name="FailureThreshold">Consecutive counted failures that open an incident, 1..100.</param>
/// <param name="SuccessThreshold">Consecutive successes that close it, 1..100.</param>
public readonly record struct MonitorRules(int? Retries, int? RetryDelaySec, int? FailureThreshold, int? SuccessThreshold);
