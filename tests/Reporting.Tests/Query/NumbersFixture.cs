using QrPlatform.Events;
using QrPlatform.Reporting.Tests.Data;
using QrPlatform.Reporting.Tests.Hosting;

namespace QrPlatform.Reporting.Tests.Query;

/// <summary>One service with a random data set of both tenants, for tests that only read.</summary>
public sealed class NumbersFixture : IAsyncLifetime
{
    internal RunningReporting Reporting { get; private set; } = null!;

    internal IReadOnlyList<TestEvent> Demo { get; } = RandomSessions.Make(20251122, "demo", 700);

    internal IReadOnlyList<TestEvent> Acme { get; } = RandomSessions.Make(7, "acme", 60);

    /// <summary>The zones of demo's codes: of two placements, the installed one's counts.</summary>
    internal IReadOnlyDictionary<string, string> Places { get; } = new Dictionary<string, string>(StringComparer.Ordinal) { ["qr_0"] = "Asia/Kathmandu", ["qr_2"] = "Pacific/Chatham" };

    public async Task InitializeAsync()
    {
        Reporting = await RunningReporting.StartAsync();
        var shuffled = Demo.Concat(Acme).ToArray();
        new Random(1).Shuffle(shuffled);
        foreach (var page in shuffled.Chunk(500)) await Reporting.Log.AddAsync(page);
        await Reporting.Log.DefineAsync(
            Place("east", "qr_0", "Asia/Kathmandu"), Place("shelf", "qr_1", null), Place("store", "qr_2", "Europe/Lisbon"), Place("far", "qr_2", "Pacific/Chatham"),
            ("demo", "p-far", new PlacementStateChanged { PlacementId = "far", State = PlacementState.Installed, At = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero) }));
    }

    public async Task DisposeAsync() => await Reporting.DisposeAsync();

    internal static (string Tenant, string Stream, object Event) Place(string id, string code, string? zone) =>
        ("demo", $"p-{id}", new PlacementDefined { PlacementId = id, Name = id, QrCodeId = code, TimeZone = zone });
}
