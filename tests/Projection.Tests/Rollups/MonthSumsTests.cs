using Npgsql;
using QrPlatform.Projection.Rebuilds;
using QrPlatform.Projection.Rollups;
using QrPlatform.Projection.Tests.Scans;

namespace QrPlatform.Projection.Tests.Rollups;

/// <summary>Sums of months hold exactly as long as their days do not change.</summary>
public sealed class MonthSumsTests
{
    private const string Held = "select m.month::text from projection.summed_month m where m.made_seq = m.change_seq order by 1";

    // What a month that holds says otherwise than its days.
    private const string Wrong =
        """
        with held as (select tenant_id, month from projection.summed_month where made_seq = change_seq), measured as (
            select r.slice, h.month, r.campaign_id, r.variant, r.country, r.region, r.city, r.device_type, r.browser, r.qr_code_id, sign, r.events, r.total_scans, r.revenue, r.conversions
            from held h join (
                select 1 as sign, tenant_id, slice, month as day, campaign_id, variant, country, region, city, device_type, browser, qr_code_id, events, total_scans, revenue, conversions
                from projection.rollup_month
                union all
                select -1, tenant_id, slice, day, campaign_id, variant, country, region, city, device_type, browser, qr_code_id, events, total_scans, revenue, conversions
                from projection.rollup_day) r on r.tenant_id = h.tenant_id and date_trunc('month', r.day::timestamp) = h.month)
        select slice || ' ' || month from measured
        group by slice, month, campaign_id, variant, country, region, city, device_type, browser, qr_code_id
        having sum(sign * events) <> 0 or sum(sign * total_scans) <> 0 or sum(sign * revenue) <> 0 or sum(sign * conversions) <> 0
        """;

    [Fact]
    public async Task A_month_holds_until_one_of_its_days_changes_and_is_then_summed_up_again()
    {
        await using var log = await Log.CreateAsync();
        var random = new Random(11);
        var history = Make.History(random, 200).ToArray();
        random.Shuffle(history);
        await log.ApplyAsync(history[..120]);
        Assert.Empty(await log.ColumnAsync(Held));
        Assert.NotEqual(0, await SumUpAsync(log));
        var all = await log.ColumnAsync(Held);
        Assert.NotEmpty(all);
        Assert.Empty(await log.ColumnAsync(Wrong));
        Assert.Equal(0, await SumUpAsync(log));

        foreach (var page in history[120..].Chunk(5))
        {
            var marks = await MarksAsync(log);
            await log.ApplyAsync(page);
            var moved = (await MarksAsync(log)).Except(marks).Count();
            Assert.NotEqual(0, moved);
            Assert.Empty(await log.ColumnAsync(Wrong));
            Assert.Equal(moved, await SumUpAsync(log));
            Assert.Empty(await log.ColumnAsync(Wrong));
        }
    }

    [Fact]
    public async Task A_page_that_is_under_way_while_its_month_is_summed_up_makes_it_hold_no_longer()
    {
        await using var log = await Log.CreateAsync();
        var history = Make.History(new Random(12), 60).ToArray();
        await log.ApplyAsync(history[..40]);
        await SumUpAsync(log);
        await log.ApplyAsync(history[40..50]);
        var sequences = await log.AppendAsync([.. history[50..].Select(entry => (entry.Stream, (object)entry.Event))]);

        await using var connection = await log.Database.OpenConnectionAsync();
        await using var page = await connection.BeginTransactionAsync();
        await using var apply = new NpgsqlCommand("select projection.apply_page($1)", connection) { Parameters = { new() { Value = sequences } } };
        await apply.ExecuteNonQueryAsync();
        var summing = SumUpAsync(log);
        await page.CommitAsync();
        await summing;

        Assert.Empty(await log.ColumnAsync(Wrong));
        await SumUpAsync(log);
        Assert.Empty(await log.ColumnAsync(Wrong));
        Assert.Equal(await log.ColumnAsync("select distinct date_trunc('month', r.day::timestamp)::date::text from projection.rollup_day r order by 1"), await log.ColumnAsync(Held));
    }

    [Fact]
    public async Task Months_that_somebody_changed_by_hand_do_not_outlive_a_rebuild()
    {
        await using var log = await Log.CreateAsync();
        await log.ApplyAsync([.. Make.History(new Random(13), 60)]);
        await SumUpAsync(log);
        await log.ExecuteAsync("update projection.rollup_month set total_scans = total_scans + 1");
        Assert.NotEmpty(await log.ColumnAsync(Wrong));

        await new Rebuilder(log.Database).RunAsync((_, _, _) => Task.CompletedTask, CancellationToken.None);

        Assert.Empty(await log.ColumnAsync(Wrong));
        await SumUpAsync(log);
        Assert.NotEmpty(await log.ColumnAsync(Held));
        Assert.Empty(await log.ColumnAsync(Wrong));
    }

    [Fact]
    public async Task A_month_that_changes_all_the_time_is_left_to_its_days()
    {
        await using var log = await Log.CreateAsync();
        await log.ApplyAsync([.. Make.History(new Random(14), 20)]);
        Assert.Equal(0, await MonthSums.RunAsync(log.Database, TimeSpan.FromMinutes(10), CancellationToken.None));
        Assert.Empty(await log.ColumnAsync(Held));
    }

    private static Task<int> SumUpAsync(Log log) => MonthSums.RunAsync(log.Database, TimeSpan.Zero, CancellationToken.None);

    private static Task<IReadOnlyList<string>> MarksAsync(Log log) => log.ColumnAsync("select month || ' ' || change_seq from projection.summed_month order by 1");
}
