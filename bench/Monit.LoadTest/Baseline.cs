using System.Diagnostics;
using System.Text.Json;

namespace Monit.LoadTest;

/// <summary>A lower bound for the cost of a check: a bare loop of <see cref="HttpMessageInvoker"/> against the same targets.</summary>
internal static class Baseline
{
    private const int Loops = 128;

    public sealed record Result(double PerSecond, double CpuMicroseconds, double AllocatedBytes);

    public static async Task RunAsync(LoadOptions options, int port)
    {
        using var http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseCookies = false, UseProxy = false, AllowAutoRedirect = false, ActivityHeadersPropagator = null,
            PooledConnectionLifetime = options.KeepAlive ? Timeout.InfiniteTimeSpan : TimeSpan.Zero,
        });
        var urls = Enumerable.Range(0, options.Monitors).Where(index => !options.IsSilent(index)).Take(10_000)
            .Select(index => new Uri((options with { Refusing = 0 }).Url(index, port, port))).ToArray();
        var (requests, stop) = (0L, false);
        var loops = Enumerable.Range(0, Loops).Select(loop => Task.Run(async () =>
        {
            var buffer = new byte[4096];
            for (var i = loop; !Volatile.Read(ref stop); i += Loops)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, urls[i % urls.Length]);
                request.Headers.ConnectionClose = !options.KeepAlive;
                using var answer = await http.SendAsync(request, CancellationToken.None);
                await using var body = await answer.Content.ReadAsStreamAsync();
                while (await body.ReadAsync(buffer) > 0)
                {
                }
                Interlocked.Increment(ref requests);
            }
        })).ToArray();

        var time = TimeProvider.System;
        await Task.Delay(TimeSpan.FromSeconds(5), time);
        using var self = Process.GetCurrentProcess();
        var (before, cpu, allocated, started) = (Interlocked.Read(ref requests), self.TotalProcessorTime, GC.GetTotalAllocatedBytes(), time.GetTimestamp());
        await Task.Delay(TimeSpan.FromSeconds(10), time);
        self.Refresh();
        var done = Interlocked.Read(ref requests) - before;
        Console.WriteLine(JsonSerializer.Serialize(new Result(
            done / time.GetElapsedTime(started).TotalSeconds,
            (self.TotalProcessorTime - cpu).TotalMicroseconds / done,
            (double)(GC.GetTotalAllocatedBytes() - allocated) / done)));
        Volatile.Write(ref stop, true);
        await Task.WhenAll(loops);
    }
}
