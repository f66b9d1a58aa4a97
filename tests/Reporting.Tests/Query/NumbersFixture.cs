using QrPlatform.Reporting.Tests.Data;
using QrPlatform.Reporting.Tests.Hosting;

namespace QrPlatform.Reporting.Tests.Query;

/// <summary>One service with a random data set of both tenants, for tests that only read.</summary>
public sealed class NumbersFixture : IAsyncLifetime
{
    internal RunningReporting Reporting { get; private set; } = null!;

    internal IReadOnlyList<TestEvent> Demo { get; } = RandomSessions.Make(20251122, "demo", 700);

    internal IReadOnlyList<TestEvent> Acme { get; } = RandomSessions.Make(7, "acme", 60);

    public async Task InitializeAsync()
    {
        Reporting = await RunningReporting.StartAsync();
        var shuffled = Demo.Concat(Acme).ToArray();
        new Random(1).Shuffle(shuffled);
        foreach (var page in shuffled.Chunk(500)) await Reporting.Log.AddAsync(page);
    }

    public async Task DisposeAsync() => await Reporting.DisposeAsync();
}
