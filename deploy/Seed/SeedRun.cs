using System.Globalization;
using System.Text.Json;
using QrPlatform.Seed.Campaigns;
using QrPlatform.Seed.Generation;
using QrPlatform.Seed.Sending;

namespace QrPlatform.Seed;

/// <summary>One seeding: campaigns, then events, then waiting until every number shows them.</summary>
internal sealed class SeedRun(SeedOptions options, TimeProvider clock, TextWriter output, bool isTerminal)
{
    // Published passwords of the local default; a production configuration has no such users.
    private const string Password = "demo";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public async Task ExecuteAsync(CancellationToken cancellation)
    {
        var lastDay = SeedState.Decide(options, clock);
        var data = new DemoDataSet(options.Size, lastDay);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  Demo data: {data.Size:N0} events from {data.FirstDay:yyyy-MM-dd} to {data.LastDay:yyyy-MM-dd}"));

        if (options.Folder is { } folder) await WriteAsync(data, folder, cancellation);
        if (options.Gateway is { } gateway) await SendAsync(data, gateway, cancellation);
    }

    private async Task SendAsync(DemoDataSet data, Uri gateway, CancellationToken cancellation)
    {
        var administrators = new Dictionary<DemoTenant, PlatformClient>();
        try
        {
            foreach (var tenant in DemoTenants.All)
                administrators[tenant] = await PlatformClient.SignInAsync(gateway, tenant.Administrator, Password, clock, cancellation);
            foreach (var (tenant, administrator) in administrators) await CampaignSender.SendAsync(administrator, tenant, data, cancellation);

            var begun = clock.GetUtcNow();
            var before = await LedgersAsync(administrators.Values, begun, cancellation);
            var sending = new ProgressBar("sent", data.Size, output, isTerminal);
            using (var sender = new EventSender(gateway, clock)) await sender.SendAsync(data.Entries(), count => sending.Add(count), cancellation);
            await WaitUntilVisibleAsync(administrators.Values, data.Size, begun, before, cancellation);
        }
        finally
        {
            foreach (var administrator in administrators.Values) administrator.Dispose();
        }
    }

    private async Task WriteAsync(DemoDataSet data, string folder, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        var writing = new ProgressBar("written", data.Size, output, isTerminal);
        var files = DemoTenants.All.ToDictionary(static tenant => tenant.Id, tenant => File.Create(Path.Combine(folder, $"{tenant.Id}.ndjson"), 1 << 16));
        try
        {
            foreach (var entry in data.Entries())
            {
                cancellation.ThrowIfCancellationRequested();
                var file = files[entry.TenantId];
                file.Write(EventSender.Serialize(entry.Event));
                file.WriteByte((byte)'\n');
                writing.Add(1);
            }
        }
        finally
        {
            foreach (var file in files.Values) await file.DisposeAsync();
        }
    }

    // All outcomes are known when the ledger balances; all numbers show them when a query's "as of" is later than that.
    private async Task WaitUntilVisibleAsync(
        IReadOnlyCollection<PlatformClient> administrators, int sent, DateTimeOffset begun, Ledger before, CancellationToken cancellation)
    {
        var until = clock.GetUtcNow() + Patience;
        var processing = new ProgressBar("processed", sent, output, isTerminal);
        var processed = -1L;
        while (true)
        {
            var now = await LedgersAsync(administrators, begun, cancellation);
            // The door notes what it received a moment after its answer; what others send meanwhile is in the ledger, too.
            var isDone = now.Difference == 0 && now.Received - before.Received >= sent;
            processing.Set(isDone ? sent : Math.Min(now.Received - before.Received - now.Difference, sent - 1));
            if (isDone) break;
            if (now.Received - now.Difference > processed) (processed, until) = (now.Received - now.Difference, clock.GetUtcNow() + Patience);
            await WaitAsync(until, "the ledger to balance", cancellation);
        }

        var balanced = clock.GetUtcNow();
        foreach (var administrator in administrators)
            while (await AsOfAsync(administrator, cancellation) < balanced)
                await WaitAsync(until, "the numbers to show all events", cancellation);
    }

    private async Task WaitAsync(DateTimeOffset until, string what, CancellationToken cancellation)
    {
        if (clock.GetUtcNow() > until) throw new TimeoutException($"Waited {Patience.TotalMinutes:F0} minutes for {what}, and nothing moved.");
        await Task.Delay(TimeSpan.FromMilliseconds(500), clock, cancellation);
    }

    private async Task<Ledger> LedgersAsync(IEnumerable<PlatformClient> administrators, DateTimeOffset begun, CancellationToken cancellation)
    {
        var from = Uri.EscapeDataString(begun.AddHours(-1).ToString("O", CultureInfo.InvariantCulture));
        var to = Uri.EscapeDataString(clock.GetUtcNow().AddHours(1).ToString("O", CultureInfo.InvariantCulture));
        var sum = new Ledger(0, 0);
        foreach (var administrator in administrators)
        {
            var total = (await administrator.GetAsync($"/v1/ledger?from={from}&to={to}", cancellation)).GetProperty("total");
            sum = new Ledger(sum.Received + total.GetProperty("received").GetInt64(), sum.Difference + total.GetProperty("difference").GetInt64());
        }

        return sum;
    }

    private static async Task<DateTimeOffset> AsOfAsync(PlatformClient analyst, CancellationToken cancellation)
    {
        JsonElement answer = await analyst.PostAsync(
            "/v1/query", new { metrics = new[] { "total_scans" }, dateRange = new { from = "2000-01-01", to = "2000-01-01" } }, cancellation);
        return answer.GetProperty("asOf").GetDateTimeOffset();
    }

    /// <summary>What the ledgers of all tenants say.</summary>
    private readonly record struct Ledger(long Received, long Difference);
}
