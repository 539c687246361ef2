using Microsoft.AspNetCore.Http.HttpResults;
using Monit.Api.Http;
using Monit.Core.Checks;
using Monit.Core.Checks.Reports;
using Monit.Probes.Runs;

namespace Monit.Api.Checks;

/// <summary>
/// Carries out a check for a request, on behalf of an account. What Monit lacks or gets wrong never becomes a verdict about the target.
/// </summary>
internal sealed partial class Trials(
    ProbeRegistry probes, TrialSlots slots, TrialTelemetry telemetry, IHostApplicationLifetime life, TimeProvider time, ILogger<Trials> logger)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    /// <param name="spec">Valid, with its secrets.</param>
    /// <exception cref="OperationCanceledException">The client has gone, and the check with it.</exception>
    public async Task<Results<Ok<CheckReport>, ProblemHttpResult>> RunAsync(CheckConfig spec, Guid account, HttpContext http)
    {
        switch (slots.TryEnter(account))
        {
            case TrialSlots.Entry.AccountIsFull:
                return Problems.RetryLater(http, StatusCodes.Status429TooManyRequests, Soon, "Too many checks of this account are still running.");
            case TrialSlots.Entry.ProcessIsFull:
                return Unavailable(http, "Too many checks are running here. Try again soon.");
        }
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, life.ApplicationStopping);
        var at = time.GetUtcNow();
        try
        {
            using var span = TrialTelemetry.Start(spec);
            CheckReport report;
            try
            {
                report = await CheckRun.RunAsync(spec, probes.RunAsync, time, abort.Token);
            }
            catch (Exception defect) when (defect is not (OperationCanceledException or ExhaustedException))
            {
                LogDefect(spec.LogUrl, defect);
                report = CheckRun.NotJudged(at);
            }
            telemetry.Record(span, report);
            return TypedResults.Ok(report);
        }
        catch (ExhaustedException shortage)
        {
            LogShortage(shortage.Resource);
            return Unavailable(http, $"Monit has run out of {shortage.Resource}, and cannot check anything here for now.");
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            return Unavailable(http, "Monit is being stopped here.");
        }
        finally
        {
            slots.Leave(account);
        }
    }

    private static ProblemHttpResult Unavailable(HttpContext http, string detail) =>
        Problems.RetryLater(http, StatusCodes.Status503ServiceUnavailable, Soon, detail);

    [LoggerMessage(1, LogLevel.Error, "A check of {Url} that was only tried could not be carried out or judged")]
    private partial void LogDefect(string url, Exception defect);

    [LoggerMessage(2, LogLevel.Warning, "A check was refused: this process has run out of {Resource}")]
    private partial void LogShortage(string resource);
}
