using System.Diagnostics;
using System.Text.RegularExpressions;
using Npgsql;
using StackExchange.Redis;
using Xunit.Abstractions;

namespace QrPlatform.EndToEnd.Isolation;

/// <summary>
/// The isolation probe: every route that any process answers, asked by everybody, about what is their own, another campaign's and another tenant's,
/// through the gateway and past it; then what the cache and the event store hold.
/// </summary>
[Collection(StackCollection.Name)]
public sealed partial class IsolationTests(Stack stack, ITestOutputHelper output)
{
    // What a caller who has nothing writes about.
    private static readonly Belongings Nothing = new("none", "nobody", "nothing-of-anybody", 0) { Campaign = "nothing" };

    private int _probes;

    [Fact]
    public async Task Nobody_gets_at_what_is_not_theirs_by_any_route_cache_key_or_stream()
    {
        var routes = await Coverage.RoutesAsync(stack);
        Assert.Empty(Coverage.Faults(routes, Coverage.Forwarded(), RouteTable.Rows));

        var salt = Guid.NewGuid().ToString("N")[..8];
        var granted = new Belongings("demo", "marketer", $"mg{salt}", 52345.61m) { Campaign = "camp_holiday_2025" };
        var other = new Belongings("demo", "admin", $"mo{salt}", 73456.77m) { Campaign = $"camp-o{salt}" };
        var acme = new Belongings("acme", "admin@acme", $"ma{salt}", 41234.57m) { Campaign = $"camp-a{salt}" };
        var watch = Stopwatch.StartNew();
        Belongings[] all = [granted, other, acme];
        await Task.WhenAll(all.Select(one => one.CreateAsync(stack)));
        var callers = await Callers.AllAsync(stack, granted, other, acme);
        var views = await ColumnAsync("select c.relname::text from pg_class c where c.relnamespace = 'bi'::regnamespace and c.relkind in ('v', 'm', 'r', 'p', 'f') order by 1");
        var asks = RouteTable.Rows.SelectMany(row => callers.SelectMany(caller => Asks(row, caller, all, views))).ToList();

        var made = watch.Elapsed;
        using var probe = new Probe();
        await probe.RunAsync(asks.Where(ask => !ask.Row.Writes));
        var read = watch.Elapsed;
        var before = await Task.WhenAll(all.Select(one => LookAsync(one, callers)));
        await probe.RunAsync(asks.Where(ask => ask.Row.Writes && !MayWrite(ask)));
        var after = await Task.WhenAll(all.Select(one => LookAsync(one, callers)));

        // One after the other: what is there to delete is there once.
        await probe.RunAsync(asks.Where(ask => ask.Row.Writes && MayWrite(ask)), atOnce: 1);

        output.WriteLine(string.Join('\n', probe.Found.Order(StringComparer.Ordinal)));
        output.WriteLine($"{routes.Count} routes of services, {views.Count} views, {callers.Count} callers, {probe.Asked} requests; s: made {made.TotalSeconds:0.0}, read {read.TotalSeconds:0.0}, written {watch.Elapsed.TotalSeconds:0.0}");
        Assert.True(probe.Found.Count == 0, $"{probe.Found.Count} faults\n{string.Join('\n', probe.Found.Order(StringComparer.Ordinal).Take(20))}");
        Assert.Equal(before, after);
        await LookIntoCacheAsync(granted, other, acme);
        await LookIntoEventStoreAsync(granted, other, acme);
    }

    private static bool MayWrite(Ask ask) => ask.Caller is { IsOdd: false, Own.Count: > 0, Role: { } role } && !ask.IsForeign && ask.Row.Allowed.Length > role && ask.Row.Allowed[role] == 'a';

    private IEnumerable<Ask> Asks(RouteRow row, Caller caller, Belongings[] all, IReadOnlyList<string> views)
    {
        // What is open to everybody says the same to everybody; a wrong password more would only count as a guess.
        if (row.Allowed == Who.Everybody && caller.Name is not ("nobody" or "admin" or "a token for another tenant")) yield break;
        var addresses = new List<Uri>();
        if (row.Service == "gateway" || row.Target.StartsWith("/v1/", StringComparison.Ordinal) || row.Allowed == Who.Services) addresses.Add(stack.Gateway.BaseAddress!);
        if (row.Service != "gateway") addresses.Add(stack.AddressOf(row.Service));
        var may = caller.Role is { } role && role < row.Allowed.Length && row.Allowed[role] == 'a';

        // Who may call it asks about everything; others are turned away whatever they ask for.
        Belongings?[] about = [.. Names().IsMatch(row.Target) ? (IEnumerable<Belongings?>)(may ? all : all[^1..]) : [null]];
        foreach (var address in addresses)
        {
            foreach (var one in about)
            {
                // Every view once; what turns somebody away does not look at the view.
                foreach (var view in row.Target.Contains("{dataset}", StringComparison.Ordinal) && may && address == addresses[0] ? views : ["fact_scan"])
                {
                    var id = $"probe-{Interlocked.Increment(ref _probes)}";
                    string Fill(string template, Belongings from) => from.Fill(template).Replace("{probe}", id, StringComparison.Ordinal).Replace("{dataset}", view, StringComparison.Ordinal);
                    var target = Fill(row.Target, one ?? all[0]);
                    var body = row.Body is { } template ? Fill(template, one is not null && caller.Own.Contains(one) ? one : caller.Own.FirstOrDefault(Nothing)) : row.Writes ? "{}" : null;
                    yield return new Ask(row, caller, address, target, one) { Body = body };
                    if (may && !row.Writes && !row.IsStream && one is null && view is "fact_scan")
                        yield return new Ask(row, caller, address, $"{target}{(target.Contains('?', StringComparison.Ordinal) ? '&' : '?')}tenant={caller.Foreign[^1].Tenant}&tenant_id={caller.Foreign[^1].Tenant}&tenantId={caller.Foreign[^1].Tenant}", one) { Body = body, Claims = true };
                }
            }
        }
    }

    // Everything of somebody's that others may have tried to change, as its owner sees it.
    private async Task<string> LookAsync(Belongings one, IReadOnlyList<Caller> callers)
    {
        using var owner = stack.WithBearer(callers.First(caller => caller.Name == (one.Tenant == "demo" ? "admin" : "admin@acme")).Bearer!);
        string[] paths = ["/v1/campaigns/{campaign}", "/v1/campaigns/{campaign}/costs/{cost}", "/v1/qr-codes/{code}", "/v1/placements/{placement}", "/v1/alerts/rules/{rule}", "/v1/bi-logins/{login}", "/v1/users/{user}", "/v1/privacy/erasure-requests/{case}"];
        var seen = new List<string>();
        foreach (var path in paths)
        {
            using var answer = await owner.GetAsync(one.Fill(path));
            seen.Add($"{path}: {(int)answer.StatusCode} {Progress().Replace(await answer.Content.ReadAsStringAsync(), "")}");
        }

        return string.Join('\n', seen);
    }

    private async Task LookIntoCacheAsync(params Belongings[] all)
    {
        using var redis = await ConnectionMultiplexer.ConnectAsync(await stack.RedisAsync());
        var found = new List<string>();
        foreach (var key in redis.GetServer(redis.GetEndPoints()[0]).Keys(pattern: "*", pageSize: 1000).Select(key => key.ToString()))
        {
            var parts = key.Split(':');
            if (!StoreTable.CacheKeys.TryGetValue(parts[0], out var place))
            {
                found.Add($"The cache holds {key}, and no row of StoreTable says whose it is.");
                continue;
            }

            var value = key + await redis.GetDatabase().KeyTypeAsync(key) switch
            {
                RedisType.String => (await redis.GetDatabase().StringGetAsync(key)).ToString(),
                RedisType.Hash => string.Join('\n', await redis.GetDatabase().HashGetAllAsync(key)),
                var kind => throw new NotSupportedException($"{key} is a {kind}, which the probe cannot read."),
            };
            found.AddRange(all.Where(one => one.Tenant != parts[place] && value.Contains(one.Mark, StringComparison.OrdinalIgnoreCase)).Select(one => $"{key} holds what belongs to {one.Mark}."));
        }

        Assert.Empty(found);
    }

    private async Task LookIntoEventStoreAsync(params Belongings[] all)
    {
        var stores = await ColumnAsync("select n.nspname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relname = 'mt_events' order by 1");
        Assert.Equal(StoreTable.EventTypes.Keys.Order(StringComparer.Ordinal), stores);
        foreach (var store in stores)
        {
            Assert.Empty((await ColumnAsync($"select distinct type::text from {store}.mt_events")).Except(StoreTable.EventTypes[store]));
            Assert.Empty(await ColumnAsync($"select e.stream_id::text from {store}.mt_events e left join {store}.mt_streams s on s.tenant_id = e.tenant_id and s.id = e.stream_id where s.id is null"));
            foreach (var one in all)
                Assert.Empty(await ColumnAsync($"select tenant_id::text from {store}.mt_events where data::text like '%{one.Mark}%' and tenant_id <> '{one.Tenant}'"));
        }
    }

    private async Task<IReadOnlyList<string>> ColumnAsync(string sql)
    {
        await using var connection = await stack.ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var values = new List<string>();
        while (await reader.ReadAsync()) values.Add(reader.GetString(0));
        return values;
    }

    [GeneratedRegex(@"\{(campaign|code|placement|cost|rule|event|case|rebuild|incident|login|user)\}")]
    private static partial Regex Names();

    // What goes on by itself meanwhile: a case that is worked on, a rule that is evaluated.
    [GeneratedRegex("\"(status|steps|counts|verification|evaluatedUntil|completedAt|changedAt)\":(\"[^\"]*\"|\\{.*?\\}|\\[.*?\\]|null)")]
    private static partial Regex Progress();
}
