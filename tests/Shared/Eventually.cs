
namespace Monit.Testing;

/// <summary>Polls with a bound, for what no signal announces.</summary>
internal static class Eventually
{
    public static async Task<T> Get<T>(Func<Task<T>> read, Func<T, bool> until, string what, int seconds = 20)
    {
        var deadline = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var value = await read();
            if (until(value))
                return value;
            if (TimeProvider.System.GetElapsedTime(deadline) > TimeSpan.FromSeconds(seconds))
                throw new TimeoutException($"After {seconds} s still not: {what}. Last seen: {value}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    public static Task True(Func<Task<bool>> condition, string what, int seconds = 20) => Get(condition, x => x, what, seconds);

    public static Task True(Func<bool> condition, string what, int seconds = 20) => True(() => Task.FromResult(condition()), what, seconds);
}
