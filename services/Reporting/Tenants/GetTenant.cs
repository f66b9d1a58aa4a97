using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using QrPlatform.Reporting.Access;

namespace QrPlatform.Reporting.Tenants;

/// <summary><c>GET /v1/tenant</c>: what whoever shows the tenant's numbers has to know about it. For every user of the tenant.</summary>
internal static class GetTenant
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/tenant", Handle).RequireAuthorization();

    private static async Task<Ok<TenantResponse>> Handle(HttpContext context, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var scope = ReaderScope.Of(context.User);
        await using var snapshot = await ReaderSnapshot.OpenAsync(database, scope, new AskedDays(null, null, null), cancellationToken);
        await using var command = snapshot.Command("select t.name, t.fiscal_year_starts_in from bi_query.tenant t");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var (name, fiscal) = await reader.ReadAsync(cancellationToken) ? (reader.GetString(0), reader.GetInt32(1)) : (scope.TenantId, 1);
        context.Response.Headers.CacheControl = "private, no-store";
        return TypedResults.Ok(new TenantResponse(scope.TenantId, name, snapshot.At.Zone, snapshot.At.Currency, fiscal));
    }
}

/// <summary>A tenant.</summary>
/// <param name="TenantId">Its id.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="TimeZone">IANA name of the time zone that its days are of; UTC for a tenant without data.</param>
/// <param name="Currency">Its reporting currency (ISO 4217); null for a tenant without data.</param>
/// <param name="FiscalYearStartsIn">The month in which its fiscal year begins, 1 to 12; 1 where it states none.</param>
public sealed record TenantResponse(string TenantId, string Name, string TimeZone, string? Currency, int FiscalYearStartsIn);
