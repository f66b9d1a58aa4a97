using System.Diagnostics;

namespace QrPlatform.Testing;

/// <summary>Waits for a condition with a deadline, never for a time.</summary>
public static class Eventually
{
    /// <summary>Asks every 50 ms until <paramref name="condition"/> holds.</summary>
    /// <exception cref="TimeoutException">It did not hold within <paramref name="deadline"/> (default 30 s); names what was waited for.</exception>
    public static Task TrueAsync(Func<Task<bool>> condition, string what, TimeSpan? deadline = null) =>
        ValueAsync(async () => await condition() ? "" : null, what, deadline);

    /// <summary>Asks every 50 ms until <paramref name="probe"/> gives a value, and returns it.</summary>
    /// <exception cref="TimeoutException">It gave none within <paramref name="deadline"/> (default 30 s); the last exception is the inner one.</exception>
    public static async Task<T> ValueAsync<T>(Func<Task<T?>> probe, string what, TimeSpan? deadline = null) where T : class
    {
        var limit = deadline ?? TimeSpan.FromSeconds(30);
        var started = Stopwatch.GetTimestamp();
        Exception? last = null;
        do
        {
            try
            {
                if (await probe() is { } value) return value;
                last = null;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                last = exception;
            }

            await Task.Delay(50);
        }
        while (Stopwatch.GetElapsedTime(started) < limit);

        throw new TimeoutException($"Waited {limit.TotalSeconds:0} s in vain for: {what}", last);
    }
}
