using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using QrPlatform.Bi;
using QrPlatform.Projection.Catalogue;
using QrPlatform.Reporting.Access;
using QrPlatform.Reporting.Catalogue;
using QrPlatform.Reporting.Query;
using QrPlatform.Reporting.Query.Visitors;
using QrPlatform.Reporting.Tests.Data;

namespace QrPlatform.Reporting.Tests.Catalogue;

/// <summary>The catalogue against the real schema: what does not fit fails the build.</summary>
public sealed class PublishedSchemaTests : IAsyncLifetime
{
    private EventLog _log = null!;
    private NpgsqlDataSource _database = null!;

    public async Task InitializeAsync()
    {
        _log = await EventLog.CreateAsync();
        _database = NpgsqlDataSource.Create(_log.ConnectionString);
    }

    public async Task DisposeAsync()
    {
        await _database.DisposeAsync();
        await _log.DisposeAsync();
    }

    [Fact]
    public async Task Every_metric_compiles_with_every_dimension_and_filter()
    {
        await using var snapshot = await ReaderSnapshot.OpenAsync(_database, new ReaderScope("demo", null), new AskedDays(null, new(2025, 11, 1), new(2025, 11, 30)), CancellationToken.None);
        using var scans = new VisitorScans(_database, new ConfigurationManager(), TimeProvider.System, NullLogger<VisitorScans>.Instance);
        await scans.LoadAsync("demo", CancellationToken.None);
        var planner = new QueryPlanner(new QuarterHours(), scans);
        var compiled = 0;
        // Formulas over the same visitors or sessions in one statement: planning it is what takes the time.
        foreach (var metrics in MetricCatalogue.Model.Metrics.GroupBy(metric => metric.Measures[0].Source is RowSource.Journey or RowSource.NewVisitor or RowSource.Session ? metric.Measures[0].Source.ToString() : metric.Name))
        {
            foreach (var dimension in MetricCatalogue.Model.Dimensions.Where(dimension => metrics.All(metric => FitTogether(metric, dimension))))
            {
                var filter = new DimensionFilter(dimension, "nin", LabelValues.NewArray(dimension, 0), HasNull: true);
                var plan = new QueryPlan([.. metrics], [dimension], [filter], new(2025, 11, 1), new(2025, 11, 30), null, [new Ordering(metrics.First().Name, Descending: true)], 10);
                foreach (var way in await planner.WaysAsync(snapshot, plan, snapshot.At, CancellationToken.None))
                {
                    await using var command = snapshot.Command("");
                    QuerySql.Fill(command, plan, way, snapshot.At);
                    command.CommandText = "explain " + command.CommandText;
                    var exception = await Record.ExceptionAsync(() => command.ExecuteNonQueryAsync());
                    Assert.True(exception is null, $"{metrics.Key} by {dimension.Name} from {way[0].Source.Name}: {exception?.Message}");
                    compiled++;
                }
            }
        }

        Assert.True(compiled > 500);
    }

    [Fact]
    public async Task Every_view_and_column_has_the_catalogues_comment_and_nothing_else_is_catalogued()
    {
        Assert.True(await ViewComments.ApplyAsync(_database, MetricCatalogue.Model, CancellationToken.None) > 0);
        Assert.Equal(0, await ViewComments.ApplyAsync(_database, MetricCatalogue.Model, CancellationToken.None));

        var comments = new Dictionary<(string View, string Column), string?>();
        await using (var command = _database.CreateCommand(
            """
            select c.relname::text, coalesce(a.attname::text, ''), case when a.attname is null then obj_description(c.oid, 'pg_class') else col_description(c.oid, a.attnum) end
            from pg_class c
            cross join lateral (select null::name as attname, 0 as attnum union all select attname, attnum from pg_attribute where attrelid = c.oid and attnum > 0) a
            where c.relnamespace = 'bi'::regnamespace and c.relkind = 'v'
            """))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync()) comments[(reader.GetString(0), reader.GetString(1))] = reader.IsDBNull(2) ? null : reader.GetString(2);
        }

        Assert.Equal([], comments.Where(comment => comment.Value is null).Select(comment => $"{comment.Key.View}.{comment.Key.Column} has no comment; bi/catalogue/views.yaml gives it"));
        var columns = comments.Keys.ToHashSet();
        var model = MetricCatalogue.Model;
        Assert.Empty(model.Views.Select(view => (view.Name, "")).Except(columns));
        Assert.Empty(model.Views.SelectMany(view => view.Columns.Keys.Select(column => (view.Name, column))).Except(columns));
        Assert.Empty(model.Columns.Keys.Except(columns.Select(column => column.Column)));
        Assert.Empty(model.Dimensions.Select(dimension => (dimension.Star.View, dimension.Star.Column)).Except(columns));
        Assert.Equal("A campaign's share, it's said.", await ChangedAsync(model));
    }

    // A changed definition arrives, whatever characters it has.
    private async Task<string?> ChangedAsync(CatalogueModel model)
    {
        var views = model.Views.Select(view => view.Name == "fact_scan" ? view with { Definition = "A campaign's share, it's said." } : view);
        Assert.Equal(1, await ViewComments.ApplyAsync(_database, model with { Views = [.. views] }, CancellationToken.None));
        await using var command = _database.CreateCommand("select obj_description('bi.fact_scan'::regclass, 'pg_class')");
        return (string?)await command.ExecuteScalarAsync();
    }

    private static bool FitTogether(Metric metric, Dimension dimension) =>
        dimension.OfConversions ? metric.ByConversionType is not null : metric.IsKnownBy(dimension);
}
