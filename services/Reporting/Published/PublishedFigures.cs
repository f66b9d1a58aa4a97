using System.Globalization;
using System.Text.Json;
using Npgsql;
using QrPlatform.Reporting.Access;
using QrPlatform.Reporting.Catalogue;
using QrPlatform.Reporting.Query;
using StackExchange.Redis;

namespace QrPlatform.Reporting.Published;

/// <summary>
/// Keeps a few figures of every active tenant in the cache, for dashboards and devices that read Redis: campaigns, countries, and scans by the hour.
/// They are the query API's numbers, read anew from the read models at most every <see cref="Pace"/> after something changed; nothing is counted
/// up, so nothing can be counted twice. Every key is written together with its lifetime, and without news again before that ends.
/// </summary>
internal sealed class PublishedFigures(
    NpgsqlDataSource database, QueryPlanner planner, IServiceProvider services)
{
    /// <summary>How long a figure lives: what is older than this is not there.</summary>
    public static readonly TimeSpan CampaignLife = TimeSpan.FromSeconds(300), CountryLife = TimeSpan.FromSeconds(600), HourLife = TimeSpan.FromSeconds(600);

    /// <summary>Between two readings of a tenant.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromSeconds(5);

    /// <summary>A tenant without news is read again after this, before the first lifetime ends.</summary>
    public static readonly TimeSpan Again = TimeSpan.FromSeconds(240);

    // So many campaigns and countries of a tenant are published: the ones with the most scans.
    private const int Most = 1_000;

    private static readonly AskedDays Always = new(null, new DateOnly(1970, 1, 1), new DateOnly(2199, 12, 31));

    private static readonly QueryPlan
        Campaigns = Plan("campaign_id", "total_scans", "average_lead_score", "revenue"),
        Countries = Plan("country", "total_scans", "conversion_rate"),
        Hours = Plan("hour", "total_scans") with
        {
            Dimensions = [MetricCatalogue.DimensionsByName["hour"], MetricCatalogue.DimensionsByName["campaign_id"]],
            OrderBy = [new Ordering("hour", Descending: true)],
            TimeZone = "UTC",
            Limit = Most * 48,
        };

    /// <summary>Writes the tenant's figures.</summary>
    /// <exception cref="RedisException">Redis does not answer.</exception>
    /// <exception cref="NpgsqlException">The database does not answer.</exception>
    public async Task PublishAsync(string tenantId, CancellationToken cancellationToken)
    {
        // The client connects when it is first resolved, and blocks while Redis is away.
        var redis = (await Task.Run(services.GetRequiredService<IConnectionMultiplexer>, cancellationToken)).GetDatabase();
        var catalogue = MetricCatalogue.Hash;
        var transaction = redis.CreateTransaction(); // MULTI: no key without its lifetime, no figures of two moments
        var written = new List<Task>();
        await using (var snapshot = await ReaderSnapshot.OpenAsync(database, new ReaderScope(tenantId, null), Always, cancellationToken))
        {
            var asOf = snapshot.At.AsOf.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
            await foreach (var (labels, values) in ReadAsync(snapshot, Campaigns, snapshot.At, cancellationToken))
            {
                if (labels[0] is not { } campaign) continue;
                var summary = $$"""{"total_scans":{{values[0]}},"avg_lead_score":{{values[1]}},"revenue":{{values[2]}},"as_of":"{{asOf}}"}""";
                written.Add(transaction.StringSetAsync(PublishedKeys.Campaign(tenantId, catalogue, campaign), summary, CampaignLife));
            }

            await foreach (var (labels, values) in ReadAsync(snapshot, Countries, snapshot.At, cancellationToken))
            {
                if (labels[0] is not { } country) continue;
                Replace(PublishedKeys.Country(tenantId, catalogue, country), [new("total_scans", values[0]), new("conversion_rate", values[1]), new("as_of", asOf)], CountryLife);
            }

            var today = await snapshot.PositionAsync(new AskedDays("UTC", null, null) { DaysBack = 1 }, cancellationToken);
            var hours = new Dictionary<string, List<HashEntry>>();
            await foreach (var (labels, values) in ReadAsync(snapshot, Hours, today, cancellationToken))
            {
                if (values[0] == "0") continue;
                if (!hours.TryGetValue(labels[0]!, out var entries)) hours[labels[0]!] = entries = [];
                entries.Add(new HashEntry(labels[1] ?? "", values[0]));
            }

            foreach (var (hour, entries) in hours)
                Replace(PublishedKeys.Hour(tenantId, catalogue, DateTimeOffset.Parse(hour, CultureInfo.InvariantCulture)), [.. entries], HourLife);
        }

        await transaction.ExecuteAsync();
        await Task.WhenAll(written);

        // As a whole: what is in it no longer must not stay.
        void Replace(RedisKey key, HashEntry[] entries, TimeSpan life)
        {
            written.Add(transaction.KeyDeleteAsync(key));
            written.Add(transaction.HashSetAsync(key, entries));
            written.Add(transaction.KeyExpireAsync(key, life));
        }
    }

    private static QueryPlan Plan(string dimension, params string[] metrics) =>
        new(
            [.. metrics.Select(name => MetricCatalogue.MetricsByName[name])], [MetricCatalogue.DimensionsByName[dimension]], [], default, default, null,
            [new Ordering("total_scans", Descending: true)], Most);

    private async IAsyncEnumerable<(string?[] Labels, string[] Values)> ReadAsync(
        ReaderSnapshot snapshot, QueryPlan plan, SnapshotPosition at, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var choice = await planner.ChooseAsync(snapshot, plan, at, cancellationToken);
        await using var command = snapshot.Command("");
        QuerySql.Fill(command, plan, choice.Parts, at);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        for (var count = 0; count < plan.Limit && await reader.ReadAsync(cancellationToken); count++)
        {
            using var row = JsonDocument.Parse(reader.GetString(0));
            var cells = row.RootElement.EnumerateArray().ToArray();
            yield return (
                [.. cells.Take(plan.Dimensions.Count).Select(cell => cell.GetString())], [.. cells.Skip(plan.Dimensions.Count).Select(cell => cell.GetRawText())]);
        }
    }
}
