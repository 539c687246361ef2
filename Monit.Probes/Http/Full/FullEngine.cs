using System.Buffers;
using System.Net.Http.Headers;
using Microsoft.Extensions.Options;
using Monit.Core.Checks;
using Monit.Core.Checks.Answers;
using Monit.Core.Checks.Http;
using Monit.Core.Checks.Settings;
using Monit.Probes.Network;
using Monit.Probes.Runs;

namespace Monit.Probes.Http.Full;

/// <summary>
/// All of HTTP, by .NET's own client, with the connections, and so the guard, of <see cref="TargetConnector"/>. It never continues
/// on the thread that serves the sockets of all checks.
/// </summary>
internal sealed class FullEngine(IOptions<ProbeOptions> options, TargetConnector connector, TimeProvider time) : IHttpEngine
{
    private const int BufferSize = 16 * 1024;

    private readonly KeptClients _kept = new(options.Value.HttpSemaphoreCount, time);
    private readonly bool _keepAlive = options.Value.Connection == ConnectionMode.KeepAlive;

    /// <summary>How many connections wait for a next check.</summary>
    public int KeptConnections => _kept.Count;

    public async ValueTask<HttpAnswer> SendAsync(CheckConfig spec, Hop? hop, AnswerNeed need, ProbeRun run)
    {
        var url = hop?.Url;
        if ((url is null && !Uri.TryCreate(spec.Url, UriKind.Absolute, out url)) || !HttpUrl.CanBeAsked(url))
            return HttpAnswer.InvalidUrl;
        var request = new FullRequest(spec.Settings, url, hop);
        // One that is not safe never meets a connection that may be stale.
        var keeps = request.IsSafe && spec.Settings.Network?.Connection switch
        {
            ConnectionUse.New => false,
            ConnectionUse.KeepAlive => true,
            _ => _keepAlive,
        };
        while (true)
        {
            var client = (keeps ? _kept.Take(request.Key) : null) ?? new FullClient(request.Key, !request.IsSafe, connector, time);
            var isReusable = false;
            try
            {
                using var message = request.Message(keeps);
                using var response = await client.SendAsync(message, need.BodyCap(), run);
                var (answer, isDrained) = await ReadAsync(response, spec, hop, need, run);
                // The client closes the connection with a response that was not read to its end.
                isReusable = keeps && isDrained;
                return answer;
            }
            catch (Exception failure) when (client.WasStale && failure is IOException or HttpRequestException && !run.IsCancellationRequested)
            {
                // With another connection, as often as there are old ones.
            }
            finally
            {
                if (isReusable)
                    _kept.Return(client);
                else
                    client.Dispose();
            }
        }
    }

    public void Dispose() => _kept.Dispose();

    private static async ValueTask<(HttpAnswer Answer, bool IsDrained)> ReadAsync(HttpResponseMessage response, CheckConfig spec, Hop? hop, AnswerNeed need, ProbeRun run)
    {
        var status = (int)response.StatusCode;
        need = need.At(status, spec);
        var next = HttpAnswer.NextOf(status, LocationOf(response), hop?.Url, spec);
        var recorder = need == AnswerNeed.Nothing ? null : new AnswerRecorder(hop?.Url.AbsoluteUri ?? spec.Url, VersionOf(response), HeadersOf(response), need, run);
        var end = next is null ? await DrainAsync(response, spec, need.BodyCap(), recorder, run)
            : response.Content.Headers.ContentLength == 0 ? BodyEnd.Whole : BodyEnd.None;
        var cookies = next is null ? null : ValuesOf(response, "Set-Cookie").Take(CookieJar.MaxCookies).ToList();
        return (new HttpAnswer(status, next, cookies, recorder?.End(end == BodyEnd.Whole, end == BodyEnd.Cut)), end == BodyEnd.Whole);
    }

    private static string? LocationOf(HttpResponseMessage response) => ValuesOf(response, "Location").FirstOrDefault(value => value.Length > 0);

    private static HeaderStringValues ValuesOf(HttpResponseMessage response, string header) =>
        response.Headers.NonValidated.TryGetValues(header, out var values) ? values : default;

    private static string VersionOf(HttpResponseMessage response) => response.Version.Major >= 2 ? $"{response.Version.Major}" : response.Version.ToString(2);

    private static List<KeyValuePair<string, string>> HeadersOf(HttpResponseMessage response) =>
        [.. response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
            .SelectMany(header => header.Value, (header, value) => KeyValuePair.Create(header.Key, value))];

    private enum BodyEnd
    {
        /// <summary>It did not come in time, or was not read.</summary>
        None,
        Whole,
        /// <summary>It is longer than what is read.</summary>
        Cut,
    }

    // As in the fast engine.
    private static async ValueTask<BodyEnd> DrainAsync(HttpResponseMessage response, CheckConfig spec, int cap, AnswerRecorder? recorder, ProbeRun run)
    {
        run.Limit(HttpProbe.BodyTime(spec));
        // Not returned after a failure: a cancelled read may still write into it.
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        var end = BodyEnd.Cut;
        try
        {
            var body = await response.Content.ReadAsStreamAsync(run.Token);
            // One byte more says that there are more.
            for (var left = cap + 1; left > 0;)
            {
                var read = await body.ReadAsync(buffer.AsMemory(0, Math.Min(left, BufferSize)), run.Token);
                if (read == 0)
                {
                    end = BodyEnd.Whole;
                    break;
                }
                recorder?.Add(buffer.AsSpan(0, Math.Min(read, left - 1)));
                left -= read;
            }
        }
        catch (Exception failure) when (IsCap(failure))
        {
            return BodyEnd.Cut;
        }
        catch (OperationCanceledException) when (run.HasTimedOut)
        {
            return BodyEnd.None;
        }
        ArrayPool<byte>.Shared.Return(buffer);
        return end;
    }

    private static bool IsCap(Exception? failure)
    {
        while (failure is not (null or BodyCapException))
            failure = failure.InnerException;
        return failure is not null;
    }
}
