using System.Diagnostics;
using QrPlatform.Benchmarks.Measuring;

namespace QrPlatform.Benchmarks.Path;

/// <summary>
/// The whole path, through the gateway over HTTP into the views, on the real stack: what it sustains against COPY, how soon an accepted event is
/// visible under half of that and idle, what the services' memory does, and what the write-ahead log costs.
/// </summary>
internal static class PathBenchmark
{
    private const int Connections = 16, EventsPerRequest = 100;

    // So much is under way at most: the sender waits for the views, so whatever rate comes out is one that the whole path keeps up with.
    private const int MostUnderWay = 10_000;

    // The load comes from the same two cores: what it takes is not the path's.
    private static readonly TimeSpan LookSeldom = TimeSpan.FromMilliseconds(20);

    public static async Task RunAsync(bool quick)
    {
        var (rounds, seconds, idle) = quick ? (1, 20, 100) : (3, 60, 2000);
        Conditions.PrintLoad("before the stack starts");
        await using var stack = await PathStack.StartAsync();
        await Conditions.PrintServerAsync(stack.Database);
        var memory = new List<(string When, IReadOnlyList<(string Service, int Now, int Most)>)> { ("start", stack.Memory()) };
        await using var watermark = await Watermark.StartAsync(stack.Database);
        using var sender = new Sender(stack.Gateway, new Traffic(Guid.NewGuid().ToString("N")[..6]));

        await SustainAsync(stack, sender, watermark, TimeSpan.FromSeconds(quick ? 15 : 30)); // warm
        var limit = await CopyLimit.CreateAsync(stack.Database);
        await limit.MeasureAsync();
        Console.WriteLine($"an event's stored JSON: {limit.JsonBytes:0} bytes");

        using var dashboards = await Dashboards.SignInAsync(stack.Gateway);
        await dashboards.AskAsync(Task.Delay(TimeSpan.FromSeconds(10))); // warm
        var (ratios, logs, paced) = (new List<double>(), new List<double>(), new List<double>());
        var (idleAnswers, busyAnswers, slowdowns) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 1; round <= rounds; round++)
        {
            Conditions.PrintLoad($"round {round}");
            var before = await limit.MeasureAsync();
            var run = await SustainAsync(stack, sender, watermark, TimeSpan.FromSeconds(seconds));
            memory.Add(($"round {round}", stack.Memory()));
            var after = await limit.MeasureAsync();
            var copy = (before + after) / 2;
            var noisy = Math.Abs(before - after) > 0.25 * Math.Max(before, after);
            ratios.Add(run.Rate / copy);
            logs.Add(run.WalRatio);
            Console.WriteLine(
                $"  whole path {run.Rate:N0} ev/s   COPY {before:N0} and {after:N0} rows/s{(noisy ? " (differ by more than 25 %: a noisy round)" : "")}   ratio {ratios[^1]:0.000}   WAL / JSON {run.WalRatio:0.00}");

            Console.WriteLine($"  CPU per event in µs: {string.Join("  ", run.CpuMicroseconds.Select(one => $"{one.Key} {one.Value:0}"))}  all {run.CpuMicroseconds.Values.Sum():0}");

            var rate = run.Rate / 2;
            var latencies = await PaceAsync(stack, sender, watermark, rate, TimeSpan.FromSeconds(seconds));
            paced.AddRange(latencies);
            Console.WriteLine($"  accepted to visible at {rate:N0} ev/s: {Figures.Latencies(latencies)}");

            var quiet = await dashboards.AskAsync(Task.Delay(TimeSpan.FromSeconds(seconds / 3)));
            var pace = PaceAsync(stack, sender, watermark, rate, TimeSpan.FromSeconds(seconds / 3));
            var busy = await dashboards.AskAsync(pace);
            await pace;
            idleAnswers.AddRange(quiet);
            busyAnswers.AddRange(busy);
            slowdowns.Add(P95(busy) / P95(quiet));
            Console.WriteLine($"  dashboards idle: {Figures.Latencies(quiet)}");
            Console.WriteLine($"  dashboards at {rate:N0} ev/s: {Figures.Latencies(busy)}   p95 ÷ idle {slowdowns[^1]:0.0}");
        }

        Conditions.PrintLoad("idle, one event at a time");
        var lone = await LoneAsync(sender, watermark, stack, idle);
        memory.Add(("end", stack.Memory()));
        Conditions.PrintLoad("done");

        Console.WriteLine($"""

            row 3   whole path ÷ COPY: {Figures.Ratios(ratios)}   goal 0.25, floor 0.1   ({rounds} rounds of {seconds} s, {EventsPerRequest} events a request, {Connections} connections)
            row 4   accepted to visible at half of it: {Figures.Latencies(paced)}   goal p50 30, p99 150, floor p99 2000
            row 5   the same, idle, one event: {Figures.Latencies(lone)}   goal p50 20, floor 500
            row 12  dashboards' p95 at half of row 3 ÷ idle: median {Figures.Median(slowdowns):0.0}, worst {slowdowns.Max():0.0}   goal 2, floor 10   (idle {Figures.Latencies(idleAnswers)}; ingesting {Figures.Latencies(busyAnswers)})
            row 16  bytes of write-ahead log ÷ bytes of JSON: median {Figures.Median(logs):0.00}, worst {logs.Max():0.00}   goal 3, floor 6
            row 14  resident memory in MB: {string.Join("  ", memory.Select(sample => sample.When))}, most   goal 110 at start, 220 after, floor 500
            """);
        foreach (var service in memory[0].Item2.Select(one => one.Service))
        {
            var samples = memory.ConvertAll(sample => sample.Item2.First(one => one.Service == service));
            Console.WriteLine($"          {service,-20}{string.Concat(samples.Select(sample => $"{sample.Now,6}"))}{samples[^1].Most,8}");
        }
    }

    private static double P95(List<double> milliseconds) => Figures.Percentile([.. milliseconds.Order()], 0.95);

    private sealed record Sustained(double Rate, double WalRatio, IReadOnlyDictionary<string, double> CpuMicroseconds);

    /// <summary>As fast as the whole path goes: the rate at which events become visible between two of the projection's commits.</summary>
    private static async Task<Sustained> SustainAsync(PathStack stack, Sender sender, Watermark watermark, TimeSpan duration)
    {
        var first = await LastNumberAsync(stack);
        await watermark.WaitAsync(first, TimeSpan.FromMinutes(2));
        var lsn = await stack.ScalarAsync<string>("select pg_current_wal_lsn()::text");
        var cpu = stack.Cpu();
        var (accepted, started, often) = (0L, Stopwatch.GetTimestamp(), watermark.Every);
        watermark.Every = LookSeldom;
        await sender.FloodAsync(
            Connections,
            EventsPerRequest,
            async () =>
            {
                await watermark.WaitAsync(first + Volatile.Read(ref accepted) - MostUnderWay, TimeSpan.FromMinutes(2));
                return Stopwatch.GetElapsedTime(started) < duration;
            },
            one => Interlocked.Add(ref accepted, one.Events));

        // All that was sent has to become visible, and the time it takes counts.
        await watermark.WaitAsync(await WaitStoredAsync(stack, first, accepted), TimeSpan.FromMinutes(2));
        watermark.Every = often;
        var elapsed = Stopwatch.GetElapsedTime(started, watermark.VisibleAt(watermark.Position)!.Value);
        var used = stack.Cpu().ToDictionary(one => one.Key, one => (one.Value - cpu[one.Key]) * 1e6 / accepted);
        var wal = await stack.ScalarAsync<decimal>($"select pg_current_wal_lsn() - '{lsn}'::pg_lsn");
        var json = await stack.ScalarAsync<long>($"select sum(octet_length(data::text)) from events.mt_events where seq_id > {first}");
        return new Sustained(accepted / elapsed.TotalSeconds, (double)wal / json, used);
    }

    private static async Task<List<double>> PaceAsync(PathStack stack, Sender sender, Watermark watermark, double rate, TimeSpan duration)
    {
        var first = await LastNumberAsync(stack);
        var accepted = await sender.PaceAsync(rate, EventsPerRequest, Connections, duration);
        await watermark.WaitAsync(await WaitStoredAsync(stack, first, accepted.Sum(one => (long)one.Events)), TimeSpan.FromMinutes(2));
        var positions = await PositionsAsync(stack, first);
        return accepted.ConvertAll(one => Latency(watermark, one, positions[one.BatchId]));
    }

    private static async Task<List<double>> LoneAsync(Sender sender, Watermark watermark, PathStack stack, int samples)
    {
        var first = await LastNumberAsync(stack);
        var accepted = new List<Accepted>();
        for (var sample = 0; sample < samples; sample++)
        {
            accepted.Add(await sender.SendAsync(1));
            await watermark.WaitAsync(first + sample + 1, TimeSpan.FromSeconds(30));
            await Task.Delay(10 + (sample % 40)); // idle again, and not in step with any timer
        }

        var positions = await PositionsAsync(stack, first);
        return accepted.ConvertAll(one => Latency(watermark, one, positions[one.BatchId]));
    }

    // Visible before the answer arrived counts as at once.
    private static double Latency(Watermark watermark, Accepted accepted, long position) =>
        Math.Max(0, Stopwatch.GetElapsedTime(accepted.At, watermark.VisibleAt(position)!.Value).TotalMilliseconds);

    private static Task<long> LastNumberAsync(PathStack stack) => stack.ScalarAsync<long>("select coalesce(max(seq_id), 0) from events.mt_events");

    /// <summary>Waits until all that was accepted is in the store, by its rows; returns the last one's number.</summary>
    private static async Task<long> WaitStoredAsync(PathStack stack, long first, long accepted)
    {
        var started = Stopwatch.GetTimestamp();
        while (await stack.ScalarAsync<long>($"select coalesce(sum(stored + bot), 0)::bigint from events.processed_batches where last_seq_id > {first}") < accepted)
        {
            if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromMinutes(2)) throw new TimeoutException("Not all that was accepted was stored within two minutes.");
            await Task.Delay(5);
        }

        return await LastNumberAsync(stack);
    }

    private static async Task<Dictionary<Guid, long>> PositionsAsync(PathStack stack, long first)
    {
        var positions = new Dictionary<Guid, long>();
        await using var read = stack.Database.CreateCommand($"select batch_id, last_seq_id from events.processed_batches where last_seq_id > {first}");
        await using var reader = await read.ExecuteReaderAsync();
        while (await reader.ReadAsync()) positions.Add(reader.GetGuid(0), reader.GetInt64(1));
        return positions;
    }
}
