using System.Globalization;
using System.Security.Claims;
using Npgsql;
using QrPlatform.ServiceDefaults.Database;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Ingestion.Ledger;

/// <summary><c>GET /v1/ledger?from=&amp;to=</c>: what became of everything that the caller's tenant sent, by hour of receipt.</summary>
internal static class GetLedger
{
    private static readonly string SumLedger = EmbeddedSql.Read(typeof(GetLedger), "SumLedger.sql");

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/ledger", HandleAsync)
            .RequireAuthorization(Policies.Operations)
            .WithName("GetLedger")
            .WithSummary("Received events and their outcomes in [from, to), by hour of receipt; the difference is 0 when the pipeline is idle.");

    private static async Task<IResult> HandleAsync(
        ClaimsPrincipal user, NpgsqlDataSource database, TimeProvider clock, CancellationToken cancellationToken, string? from = null, string? to = null)
    {
        var end = clock.GetUtcNow().AddHours(1);
        if (to is not null && !TryParse(to, out end)) return Invalid("to must be an ISO 8601 date-time.");
        var start = end.AddHours(-25);
        if (from is not null && !TryParse(from, out start)) return Invalid("from must be an ISO 8601 date-time.");
        if (start > end) return Invalid("from must not be after to.");

        var hours = new List<LedgerHour>();
        await using var command = database.CreateCommand(SumLedger);
        command.Parameters.Add(new() { Value = user.TenantId() });
        command.Parameters.Add(new() { Value = start });
        command.Parameters.Add(new() { Value = end });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            long Sum(int column) => reader.GetInt64(column);
            hours.Add(new LedgerHour(reader.GetFieldValue<DateTimeOffset>(0), Sum(1), Sum(2), Sum(3), Sum(4), Sum(5), Sum(6), Sum(7), Sum(8)));
        }

        return Results.Ok(new { hours, total = LedgerSums.Of(hours) });
    }

    // A plus sign in a query string arrives as a blank where the client did not escape it.
    private static bool TryParse(string text, out DateTimeOffset instant)
    {
        var parsed = DateTimeOffset.TryParse(
            text.Contains('T', StringComparison.Ordinal) ? text.Replace(' ', '+') : text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out instant);
        return parsed && instant.Year is > 1 and < 9999;
    }

    private static IResult Invalid(string detail) =>
        Results.Problem(statusCode: StatusCodes.Status400BadRequest, title: "The range is not valid.", detail: detail);
}
