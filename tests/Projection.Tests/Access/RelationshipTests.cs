using QrPlatform.Events;
using QrPlatform.Projection.Tests.Scans;

namespace QrPlatform.Projection.Tests.Access;

public sealed class RelationshipTests
{
    [Fact]
    public async Task Keys_are_unique_and_every_reference_finds_its_row()
    {
        await using var log = await Log.CreateAsync();
        await log.ApplyAsync(Make.History(new Random(5), 200));
        await log.ProjectAsync(await log.AppendAsync(
            ("c-camp-1", new CampaignDefined { CampaignId = "camp-1", Name = "One" }),
            ("c-camp-1", new CampaignChanged { CampaignId = "camp-1", Name = "Another" }),
            ("q-code-1", new QrCodeDefined { QrCodeId = "code-1", Name = "Code", CampaignId = "camp-1" }),
            ("p-1", new PlacementDefined { PlacementId = "p-1", Name = "Place", QrCodeId = "code-1" })));

        var relationships = await log.ReadAsync("select concat_ws('|', view_name, column_names, joins_view, joins_columns) from bi.relationship order by 1");
        Assert.NotEmpty(relationships);
        foreach (var parts in relationships.Select(row => row.Split('|')))
        {
            var (view, columns) = (parts[0], parts[1]);
            var wrong = parts.Length == 2
                ? $"select count(*)::text from (select 1 from bi.{view} group by {columns} having count(*) > 1) r"
                : $"select count(*)::text from bi.{view} v where v.{columns} is not null and not exists (select from bi.{parts[2]} j where j.{parts[3]} = v.{columns})";
            Assert.Equal((string.Join(' ', parts), "0"), (string.Join(' ', parts), (await log.ReadAsync(wrong))[0]));
        }

        // Every view but this one, what left others, and sums with too many columns for a key says what identifies its rows.
        Assert.Equal(
            ["campaign_quarter_hour_summary", "relationship", "removed_row"],
            (await log.ColumnAsync("select c.relname::text from pg_class c where c.relnamespace = 'bi'::regnamespace and c.relkind = 'v' order by 1"))
                .Except(relationships.Select(row => row.Split('|')).Where(parts => parts.Length == 2).Select(parts => parts[0])));
    }
}
