using Npgsql;
using QrPlatform.Reporting.Access;
using QrPlatform.Reporting.Query;
using QrPlatform.ServiceDefaults.Database;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Reporting.Exports;

/// <summary>
/// <c>GET /v1/exports/{dataset}.csv</c>: the rows of a view of schema <c>bi</c>, as BI tools see them, with all its columns. Parameters: <c>from</c> and
/// <c>to</c> (local days, for views with a time), <c>filter</c> (<c>column:operator:value</c>, repeated), <c>limit</c>, <c>bom</c>.
/// </summary>
internal sealed class ExportRows(NpgsqlDataSource database, CsvStream csv)
{
    private static readonly string[] Parameters = ["filter", "from", "to", "limit", "bom"];
    private static readonly string ListColumns = EmbeddedSql.Read<ExportRows>("ListColumns.sql");

    // Names that people would try.
    private static readonly Dictionary<string, string> Aliases = new(StringComparer.Ordinal)
    {
        ["scans"] = "fact_scan",
        ["conversions"] = "fact_conversion",
        ["revenue"] = "fact_revenue",
    };

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet(
                "/v1/exports/{dataset}.csv",
                (string dataset, HttpContext context, ExportRows export, CancellationToken cancellationToken) => export.HandleAsync(dataset, context, cancellationToken))
            .RequireAuthorization(Policies.Analytics);

    private async Task<IResult> HandleAsync(string dataset, HttpContext context, CancellationToken cancellationToken)
    {
        var views = await ViewsAsync(cancellationToken);
        if (!views.TryGetValue(Aliases.GetValueOrDefault(dataset, dataset), out var view))
        {
            return TypedResults.Problem(
                $"Allowed: query, {string.Join(", ", Aliases.Keys.Concat(views.Keys).Order(StringComparer.Ordinal))}.",
                statusCode: StatusCodes.Status404NotFound, title: "There is no such dataset.", type: "unknown_dataset");
        }

        var errors = new List<FieldError>();
        var asked = RowRequest.Read(context.Request.Query, view, Parameters, errors);
        if (asked is null) return Refusals.BadParameters(errors);
        var export = new CsvExport(view.Name, [.. view.Columns.Select(column => column.Name)], asked.Limit, new AskedDays(null, asked.From ?? new DateOnly(1970, 1, 1), asked.To ?? new DateOnly(2199, 12, 31)));
        return await csv.SendAsync(context, export, (snapshot, command) =>
            {
                RowSql.Fill(command, view, asked, snapshot.At);
                return ValueTask.CompletedTask;
            }, cancellationToken);
    }

    private async Task<SortedDictionary<string, ExportedView>> ViewsAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ListColumns);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var views = new SortedDictionary<string, ExportedView>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            var name = reader.GetString(0);
            if (!views.TryGetValue(name, out var view)) views[name] = view = new ExportedView(name, []);
            view.Columns.Add(new ExportedColumn(reader.GetString(1), reader.GetString(2)));
        }

        return views;
    }
}
