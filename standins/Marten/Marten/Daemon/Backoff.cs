namespace Marten.Daemon;

/// <summary>Pauses that double up to a limit, for a loop that never gives up.</summary>
internal sealed class Backoff
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private readonly TimeSpan _first;
    private TimeSpan _next;

    public Backoff(TimeSpan first) => _first = _next = first;

    public TimeSpan Next()
    {
        var pause = _next;
        _next = pause * 2 < Longest ? pause * 2 : Longest;
        return pause;
    }

    public void Reset() => _next = _first;
}
