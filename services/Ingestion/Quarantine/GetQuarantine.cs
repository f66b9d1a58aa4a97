using System.Security.Claims;
using Npgsql;
using QrPlatform.ServiceDefaults.Database;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Ingestion.Quarantine;

/// <summary><c>GET /v1/quarantine?limit=</c>: the newest copies of the caller's tenant, without their content.</summary>
internal static class GetQuarantine
{
    private const int DefaultLimit = 100, MaxLimit = 1000;

    private static readonly string ListQuarantine = EmbeddedSql.Read(typeof(GetQuarantine), "ListQuarantine.sql");

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/quarantine", HandleAsync)
            .RequireAuthorization(Policies.Operations)
            .WithName("GetQuarantine")
            .WithSummary("The newest events that were refused or could not be processed, with reasons, without their content.");

    private static async Task<IResult> HandleAsync(ClaimsPrincipal user, NpgsqlDataSource database, CancellationToken cancellationToken, int limit = DefaultLimit)
    {
        if (limit is < 1 or > MaxLimit)
            return Results.Problem(statusCode: StatusCodes.Status400BadRequest, title: "The limit is out of range.", detail: $"limit must lie between 1 and {MaxLimit}.");

        var data = new List<QuarantineEntry>();
        await using var command = database.CreateCommand(ListQuarantine);
        command.Parameters.Add(new() { Value = user.TenantId() });
        command.Parameters.Add(new() { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            data.Add(new QuarantineEntry(
                reader.GetGuid(0),
                reader.GetString(1),
                reader.GetInt32(2),
                reader.GetString(3),
                await reader.IsDBNullAsync(4, cancellationToken) ? null : reader.GetString(4),
                reader.GetFieldValue<string[]>(5),
                reader.GetFieldValue<DateTimeOffset>(6)));
        }

        return Results.Ok(new { data });
    }

    /// <summary>A copy; <c>Stage</c> is <c>door</c> (rejected) or <c>enrichment</c> (quarantined).</summary>
    private sealed record QuarantineEntry(Guid BatchId, string Stage, int Index, string Source, string? EventId, IReadOnlyList<string> Reasons, DateTimeOffset ReceivedAt);
}
