using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using QrPlatform.Contracts.Projections;
using QrPlatform.Reporting.Live;
using QrPlatform.Reporting.Tests.Data;
using QrPlatform.Reporting.Tests.Hosting;
using QrPlatform.ServiceDefaults.Security;
using QrPlatform.Testing;

namespace QrPlatform.Reporting.Tests.Live;

public sealed class LiveTests : IAsyncLifetime
{
    private RunningReporting _reporting = null!;
    private int _added;

    public async Task InitializeAsync() => _reporting = await RunningReporting.StartAsync(settings: "--Reporting:Live:StreamsPerUser=20");

    public async Task DisposeAsync() => await _reporting.DisposeAsync();

    [Fact]
    public async Task Shows_the_query_apis_numbers_at_once_and_the_last_twenty_scans()
    {
        var now = TimeProvider.System.GetUtcNow();
        await AddAsync(30, e => e with { At = now.AddMinutes(-1), Visitor = Guid.NewGuid(), Conversions = ["X"], Revenue = 2.5m });
        await AddAsync(5, e => e with { At = now.AddDays(-400) });
        using var client = await LiveClient.OpenAsync(_reporting);
        var (counters, id, scans) = await client.UntilTotalAsync(35);

        Assert.Equal("35", id);
        Assert.Equal(Enumerable.Range(15, 20).Select(Id), scans);
        var day = counters.GetProperty("today").GetProperty("day").GetString()!;
        Assert.Equal(TimeZoneInfo.ConvertTimeBySystemTimeZoneId(now, "America/Los_Angeles").ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), day);
        var answer = await _reporting.QueryAsync(new { metrics = new[] { "total_scans", "unique_visitors", "conversions", "revenue" }, dateRange = new { from = day, to = day } });
        Assert.Equal(
            answer.Rows[0].Select(value => value.GetRawText()),
            ((string[])["totalScans", "uniqueVisitors", "conversions", "revenue"]).Select(name => counters.GetProperty("today").GetProperty(name).GetRawText()));
        Assert.Equal(30, counters.GetProperty("lastHour").GetProperty("totalScans").GetInt32());
        Assert.True(counters.GetProperty("asOf").GetDateTimeOffset() >= now.AddSeconds(-5));
    }

    [Fact]
    public async Task Moves_within_half_a_second_when_told_and_within_two_when_the_message_got_lost()
    {
        using var client = await LiveClient.OpenAsync(_reporting);
        await client.UntilTotalAsync(0);
        var told = new List<double>();
        for (var total = 1; total <= 8; total++)
        {
            // The projection commits, then tells; every second message is lost.
            await AddAsync(1);
            var committed = Stopwatch.GetTimestamp();
            if (total % 2 == 0) await TellAsync(total);
            var (_, _, scans) = await client.UntilTotalAsync(total);
            Assert.Equal([Id(total - 1)], scans);
            var took = Stopwatch.GetElapsedTime(committed);
            Assert.True(took < TimeSpan.FromSeconds(2), $"took {took}");
            if (total % 2 == 0) told.Add(took.TotalMilliseconds);
        }

        // The first may wait for the queue to be declared.
        Assert.True(told.Order().ElementAt(1) < 700, string.Join(", ", told));
    }

    [Fact]
    public async Task Whoever_comes_back_misses_no_scan_and_sees_none_twice()
    {
        await AddAsync(3);
        var seen = new List<string>();
        string? last = null;
        for (var round = 0; round < 6; round++)
        {
            var total = _added;
            using var client = await LiveClient.OpenAsync(_reporting, lastEventId: last);
            var (_, id, scans) = await client.UntilTotalAsync(total);
            seen.AddRange(scans);

            // While connected, and while away.
            await AddAsync(2);
            (_, id, scans) = await client.UntilTotalAsync(total + 2);
            seen.AddRange(scans);
            last = id;
            await AddAsync(7);
        }

        using (var client = await LiveClient.OpenAsync(_reporting, lastEventId: last)) seen.AddRange((await client.UntilTotalAsync(_added)).Scans);
        Assert.Equal(Enumerable.Range(0, _added).Select(Id), seen);

        foreach (var nonsense in (string[])["x", "-1", "99999999999999999999"])
        {
            using var client = await LiveClient.OpenAsync(_reporting, lastEventId: nonsense);
            Assert.Equal(20, (await client.UntilTotalAsync(_added)).Scans.Count);
        }
    }

    [Fact]
    public async Task Counts_on_correctly_when_late_events_bots_and_tests_arrive()
    {
        using var client = await LiveClient.OpenAsync(_reporting);
        await client.UntilTotalAsync(0);
        await AddAsync(4, e => e with { At = e.At.AddYears(-3) });
        await AddAsync(2, e => e with { IsBot = true });
        await AddAsync(2, e => e with { IsTest = true });
        await AddAsync(1);
        var (counters, _, scans) = await client.UntilTotalAsync(5);
        Assert.Equal(1, counters.GetProperty("today").GetProperty("totalScans").GetInt32());
        Assert.Equal([Id(0), Id(1), Id(2), Id(3), Id(8)], scans);
    }

    [Fact]
    public async Task Everybody_sees_what_is_his_and_no_more()
    {
        await AddAsync(3, e => e with { Visitor = Guid.NewGuid(), Revenue = 10 });
        await AddAsync(2, e => e with { Campaign = new("camp_a", "A", null, null, null, null), Revenue = 5 });
        await AddAsync(1, e => e with { Tenant = "acme" });
        (string Token, int Total, bool Scans, decimal? Revenue)[] expected =
        [
            (_reporting.Token(Roles.Administrator), 5, true, 40), (_reporting.Token(Roles.Analyst), 5, true, 40),
            (_reporting.Token(Roles.Analyst, "demo", "camp_a"), 2, true, 10), (_reporting.Token(Roles.Analyst, "demo", "camp_none"), 0, false, 0),
            (_reporting.Token(Roles.Administrator, "acme"), 1, true, 0), (_reporting.Token(Roles.Executive), 5, false, 40),
            (_reporting.Token(Roles.ComplianceOfficer), 5, false, null),
        ];
        foreach (var (token, total, withScans, revenue) in expected)
        {
            using var client = await LiveClient.OpenAsync(_reporting, token);
            var (counters, _, scans) = await client.UntilTotalAsync(total);
            Assert.Equal(withScans ? total : 0, scans.Count);
            Assert.Equal(!withScans && total == 5 ? "null" : total == 5 ? "3" : "0", counters.GetProperty("today").GetProperty("uniqueVisitors").GetRawText());
            Assert.Equal(revenue, counters.GetProperty("today").TryGetProperty("revenue", out var shown) ? shown.GetDecimal() : null);
        }

        using var forbidden = await LiveClient.RespondAsync(_reporting, _reporting.Token(Roles.Operator));
        using var nobody = await LiveClient.RespondAsync(_reporting, null);
        Assert.Equal((403, 401), ((int)forbidden.StatusCode, (int)nobody.StatusCode));
    }

    [Fact]
    public async Task Ends_with_the_token()
    {
        var life = TimeSpan.FromSeconds(3);
        using var client = await LiveClient.OpenAsync(_reporting, _reporting.ShortToken(life));
        var opened = Stopwatch.GetTimestamp();
        while (await client.NextAsync() is not null) { }
        Assert.InRange(Stopwatch.GetElapsedTime(opened).TotalSeconds, 1, 6);
    }

    [Fact]
    public async Task Many_clients_share_one_reader_and_a_user_may_hold_only_so_many_streams()
    {
        await AddAsync(1);
        var clients = new List<LiveClient>();
        for (var i = 0; i < 20; i++) clients.Add(await LiveClient.OpenAsync(_reporting));
        foreach (var client in clients) await client.UntilTotalAsync(1);
        var feeds = _reporting.Services.GetRequiredService<LiveFeeds>();
        Assert.Equal(1, feeds.Count);

        using (var refused = await LiveClient.RespondAsync(_reporting, _reporting.Token()))
        {
            Assert.Equal(429, (int)refused.StatusCode);
            Assert.NotNull(refused.Headers.RetryAfter);
            Assert.Contains("too_many_streams", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using (var other = await LiveClient.OpenAsync(_reporting, _reporting.Token(Roles.Executive))) await other.UntilTotalAsync(1);
        foreach (var client in clients) client.Dispose();
        await Eventually.TrueAsync(() => Task.FromResult(feeds.Count == 0), "the feed ends with its last client");
        await Eventually.TrueAsync(async () => (await LiveClient.RespondAsync(_reporting, _reporting.Token())).IsSuccessStatusCode, "the places are free again");
    }

    [Fact]
    public async Task A_client_that_does_not_read_holds_nobody_up()
    {
        using var stuck = new TcpClient { ReceiveBufferSize = 1024 };
        await stuck.ConnectAsync(_reporting.Client.BaseAddress!.Host, _reporting.Client.BaseAddress.Port);
        await stuck.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET /v1/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {_reporting.Token()}\r\n\r\n"));
        using var client = await LiveClient.OpenAsync(_reporting);
        for (var i = 0; i < 10; i++)
        {
            await AddAsync(200, e => e with { Campaign = new("camp", new string('n', 100), null, null, null, null) });
            await TellAsync(_added);
            var (_, _, scans) = await client.UntilTotalAsync(_added);
            Assert.InRange(scans.Count, 1, 50);
            Assert.Equal(Id(_added - 1), scans[^1]);
        }
    }

    private async Task AddAsync(int count, Func<TestEvent, TestEvent>? with = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        var events = Enumerable.Range(_added, count).Select(i => new TestEvent { Stream = $"s-{i}", Id = Id(i), Kind = "SCAN", At = now }).ToList();
        _added += count;
        await _reporting.Log.AddAsync([.. events.Select(e => with?.Invoke(e) ?? e)]);
    }

    private Task TellAsync(long position) =>
        _reporting.Services.GetRequiredService<IBus>().Publish(new ProjectionAdvanced { Position = position, Tenants = ["demo"] });

    private static string Id(int i) => $"evt-{i:D5}";
}
