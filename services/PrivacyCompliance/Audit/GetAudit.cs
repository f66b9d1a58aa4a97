using System.Security.Claims;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using QrPlatform.Requests;
using QrPlatform.ServiceDefaults.Database;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.PrivacyCompliance.Audit;

/// <summary><c>GET /v1/audit?limit=&amp;before=</c>: the tenant's audit log, newest first.</summary>
internal static class GetAudit
{
    private const int DefaultLimit = 100, MaxLimit = 1000;

    private static readonly string ListSql = EmbeddedSql.Read(typeof(GetAudit), "ListEntries.sql");

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v1/audit", HandleAsync)
        .RequireAuthorization(Policies.Privacy)
        .WithName("GetAudit")
        .WithSummary("Who did what with people's data, users, grants, logins, campaigns, costs, codes, placements and alert rules, newest first; next page: before = the last id.");

    private static async Task<IResult> HandleAsync(
        ClaimsPrincipal user, NpgsqlDataSource database, CancellationToken cancellationToken, int limit = DefaultLimit, long? before = null)
    {
        if (limit is < 1 or > MaxLimit)
            return RequestProblems.Of(StatusCodes.Status400BadRequest, "A parameter is not valid.", [new FieldError("limit", "out_of_range", $"Must be from 1 to {MaxLimit}.")]);

        var data = new List<AuditEntry>();
        await using var list = database.CreateCommand(ListSql);
        list.Parameters.Add(new() { Value = user.TenantId() });
        list.Parameters.Add(new() { Value = (object?)before ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint });
        list.Parameters.Add(new() { Value = limit });
        await using var reader = await list.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            data.Add(new AuditEntry(
                reader.GetInt64(0),
                reader.GetFieldValue<DateTimeOffset>(1),
                reader.GetString(2),
                reader.GetString(3),
                reader.IsDBNull(4) ? null : reader.GetGuid(4),
                reader.GetString(5),
                reader.IsDBNull(6) ? null : reader.GetString(6),
                reader.IsDBNull(7) ? null : JsonSerializer.Deserialize<JsonElement>(reader.GetString(7))));
        }

        return TypedResults.Ok(new { data });
    }

    private sealed record AuditEntry(long Id, DateTimeOffset At, string Actor, string Action, Guid? CaseId, string Outcome, string? Object, JsonElement? Details);
}
