using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using QrPlatform.ServiceDefaults.Database;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.PrivacyCompliance.Audit;

/// <summary>What another service has done for somebody.</summary>
/// <param name="Source">Which of its logs tells it.</param>
/// <param name="Id">The entry's number there: what makes it the same when it comes again.</param>
/// <param name="At">When it was done.</param>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Actor">The user who did it, or the platform.</param>
/// <param name="Action">What was done, such as <c>user.created</c>.</param>
/// <param name="Object">What it was done to.</param>
/// <param name="Details">What it came to, or null.</param>
public sealed record AuditNotice(string Source, long Id, DateTimeOffset At, string Tenant, string Actor, string Action, string Object, JsonElement? Details);

/// <summary>Entries of another service.</summary>
/// <param name="Notices">The entries, the oldest first.</param>
public sealed record AuditNotices(IReadOnlyList<AuditNotice> Notices);

/// <summary><c>POST /internal/v1/audit</c>, for services only: adds what they did to the audit log, each entry once however often it is told.</summary>
internal static class TakeEntries
{
    private static readonly string TakeSql = EmbeddedSql.Read(typeof(TakeEntries), "TakeEntries.sql");

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/internal/v1/audit", HandleAsync).RequireServiceKey().AllowAnonymous().ExcludeFromDescription();

    private static async Task<IResult> HandleAsync(AuditNotices told, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var take = database.CreateCommand(TakeSql);
        take.Parameters.Add(new() { Value = JsonSerializer.Serialize(told.Notices, JsonSerializerOptions.Web), NpgsqlDbType = NpgsqlDbType.Text });
        await take.ExecuteNonQueryAsync(cancellationToken);
        return TypedResults.NoContent();
    }
}
