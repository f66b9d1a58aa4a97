using QrPlatform.Events;

namespace QrPlatform.Projection.Tests.Scans;

public sealed class ErasureTests
{
    private static readonly Guid Person = PersonOf(2);

    private static readonly string[] Counts =
    [
        "select count(*)::text from projection.event_fact where is_scan",
        "select sum(revenue) filter (where is_counted)::text from projection.event_fact",
        "select sum(conversion_count) filter (where is_counted)::text from projection.event_fact",
        "select count(*)::text from projection.session",
        "select count(*)::text from projection.event_fact where is_new_customer",
        "select string_agg(s.started_at || ' ' || s.scans || ' ' || s.revenue || ' ' || coalesce(s.attribution_event_id, ''), ',' order by s.started_at, s.attribution_event_id, s.scans, s.revenue) from projection.session s",
        "select string_agg(f.event_id || coalesce(f.campaign_id, '') || coalesce(f.city, '') || f.is_counted || f.is_new_customer, ',' order by f.event_id) from projection.event_fact f",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Facts_stay_the_visitor_goes_and_a_rebuild_from_the_masked_log_gives_the_same_rows(int seed)
    {
        var random = new Random(seed);
        await using var log = await Log.CreateAsync();
        var history = Make.History(random, 200);
        var numbers = await log.AppendAsync([.. history.Select(entry => (entry.Stream, (object)entry.Event))]);
        await ProjectInPagesAsync(log, numbers, random);
        var before = await CountsAsync(log);

        await ProjectInPagesAsync(log, await EraseAsync(log, Person, random), random);

        Assert.Equal(before, await CountsAsync(log));
        await AssertGoneAsync(log, Person);
        await log.AssertRebuildFindsTheSameAsync(connections: 1 + (seed % 3), pageSize: 7 * seed);
        var live = await log.DumpAsync();
        await log.RebuildAsync();
        Log.AssertSame(live, await log.DumpAsync());
    }

    [Theory]
    [InlineData(4, 0)]
    [InlineData(5, 40)]
    [InlineData(6, 120)]
    [InlineData(7, 199)]
    public async Task It_does_not_matter_how_far_the_rows_had_come_when_the_log_was_masked(int seed, int projected)
    {
        var random = new Random(seed);
        await using var log = await Log.CreateAsync();
        await using var other = await Log.CreateAsync();
        var history = Make.History(random, 200).Select(entry => (entry.Stream, (object)entry.Event)).ToArray();
        var numbers = await log.AppendAsync(history);
        await ProjectInPagesAsync(other, await other.AppendAsync(history), random);

        await ProjectInPagesAsync(log, numbers[..projected], random);
        var erasure = await EraseAsync(log, Person, random);
        await ProjectInPagesAsync(log, [.. numbers[projected..], .. erasure], random);

        Assert.Equal(await CountsAsync(other), await CountsAsync(log));
        await AssertGoneAsync(log, Person);
        await log.AssertRebuildFindsTheSameAsync(connections: 1 + (seed % 3), pageSize: 7 * seed);
        var live = await log.DumpAsync();
        await log.RebuildAsync();
        Log.AssertSame(live, await log.DumpAsync());
    }

    [Fact]
    public async Task Visitors_are_fewer_by_one_and_what_comes_later_of_others_counts_as_ever()
    {
        await using var log = await Log.CreateAsync();
        await log.ApplyAsync(
            ("s-1", Make.Event<ScanRecorded>("a", TimeSpan.Zero, e => e with { Visitor = Person, Place = new Place(1.25, -2.5, "City", null, "US", null) })),
            ("s-1", Make.Event<CustomerRecorded>("b", Make.Minutes(1), e => e with { Visitor = Person })),
            ("s-2", Make.Event<CustomerRecorded>("c", Make.Minutes(2), e => e with { Visitor = Person })),
            ("s-3", Make.Event<ScanRecorded>("d", Make.Minutes(3), e => e with { Visitor = PersonOf(3) })));

        await log.ProjectAsync(await EraseAsync(log, Person, new Random(1)));
        await log.ApplyAsync(("s-1", Make.Event<CustomerRecorded>("e", Make.Minutes(4), e => e with { Visitor = PersonOf(3) })));

        Assert.Equal(["1"], await log.ColumnAsync("select count(distinct visitor)::text from projection.event_fact where is_scan"));
        Assert.Equal(["2"], await log.ColumnAsync("select count(*)::text from projection.event_fact where is_scan"));
        Assert.Equal(["b", "e"], await log.ColumnAsync("select event_id::text from projection.event_fact where is_new_customer order by 1"));
        Assert.Equal(["0"], await log.ColumnAsync("select count(*)::text from projection.event_fact where latitude is not null"));
        Assert.Equal(["City"], await log.ColumnAsync("select distinct city from projection.event_fact where city is not null"));
        var live = await log.DumpAsync();
        await log.RebuildAsync();
        Log.AssertSame(live, await log.DumpAsync());
    }

    // As enrichment does it: masked in place, the visitor's own stream under another key, and the marks appended.
    private static async Task<long[]> EraseAsync(Log log, Guid visitor, Random random)
    {
        // History names the stream by the person's number, not by its pseudonym.
        var stream = $"v-{visitor.ToString()[7]}";
        var own = (await log.ColumnAsync($"select seq_id::text from events.mt_events where data->>'Visitor' = '{visitor}' order by seq_id")).Select(long.Parse).ToArray();
        await log.ExecuteAsync(
            $$"""
             update events.mt_events set data = (data - 'Personal' - 'Visitor') #- '{Place,Latitude}' #- '{Place,Longitude}' where data->>'Visitor' = '{{visitor}}';
             insert into events.mt_streams (tenant_id, id, version) select tenant_id, 'v-new', version from events.mt_streams where id = '{{stream}}';
             update events.mt_events set stream_id = 'v-new' where stream_id = '{{stream}}';
             delete from events.mt_streams where id = '{{stream}}';
             """);
        var erasure = Guid.NewGuid();
        return await log.AppendAsync([.. own.Chunk(random.Next(1, own.Length + 1))
            .Select(events => ($"x-{erasure:N}", (object)new VisitorErased { Erasure = erasure, Events = events, Anonymous = [] }))]);
    }

    private static async Task ProjectInPagesAsync(Log log, long[] numbers, Random random)
    {
        for (var start = 0; start < numbers.Length;)
        {
            var page = numbers.Skip(start).Take(random.Next(1, 60)).ToArray();
            start += page.Length;
            await log.ProjectAsync(page);
        }
    }

    private static async Task AssertGoneAsync(Log log, Guid visitor)
    {
        var dump = await log.DumpAsync();
        Assert.DoesNotContain(visitor.ToString(), dump, StringComparison.Ordinal);
        Assert.DoesNotContain($"\"v-{visitor.ToString()[7]}\"", dump, StringComparison.Ordinal);
        Assert.Contains(PersonOf(3).ToString(), dump, StringComparison.Ordinal);
    }

    private static async Task<string> CountsAsync(Log log)
    {
        var counts = new List<string>();
        foreach (var sql in Counts) counts.AddRange(await log.ColumnAsync(sql));
        return string.Join('\n', counts);
    }

    private static Guid PersonOf(int number) => new(number, 0, 0, new byte[8]);
}
