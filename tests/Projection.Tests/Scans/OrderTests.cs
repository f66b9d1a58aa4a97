namespace QrPlatform.Projection.Tests.Scans;

public sealed class OrderTests
{
    [Theory]
    [InlineData(1, 60)]
    [InlineData(2, 120)]
    [InlineData(3, 250)]
    [InlineData(4, 250)]
    public async Task Gives_the_same_rows_for_any_order_and_any_pages_as_for_one_page_and_as_a_plain_computation(int seed, int count)
    {
        var random = new Random(seed);
        var history = Make.History(random, count);
        await using var ordered = await Log.CreateAsync();
        await ordered.ApplyAsync([.. history.OrderBy(entry => entry.Event.OccurredAt).ThenBy(entry => entry.Event.EventId, StringComparer.Ordinal)]);
        var expected = await ordered.DumpAsync();
        Assert.Equal(PlainFacts.Of(history).Order(StringComparer.Ordinal), (await ordered.ColumnAsync(PlainFacts.Sql)).Order(StringComparer.Ordinal));

        for (var round = 0; round < 3; round++)
        {
            var shuffled = history.ToArray();
            random.Shuffle(shuffled);
            await using var log = await Log.CreateAsync();
            for (var start = 0; start < shuffled.Length;)
            {
                var page = shuffled.Skip(start).Take(random.Next(1, round == 0 ? 4 : 60)).ToArray();
                start += page.Length;
                await log.ApplyAsync(page);
            }

            Log.AssertSame(expected, await log.DumpAsync());
            await log.AssertRebuildFindsTheSameAsync(connections: round + 1, pageSize: random.Next(3, 90));
            await log.SumUpAsync();
            Log.AssertSame(expected, await log.DumpAsync());
            await log.RebuildAsync();
            Log.AssertSame(expected, await log.DumpAsync());
        }
    }
}
