using Npgsql;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Gateway.Identity;

/// <summary>
/// The tenants and users of the local default, all with the password <c>demo</c>. <c>Demo:Enabled</c> turns them on (by itself in the environment
/// Development); a production host with them does not start.
/// </summary>
internal sealed class DemoIdentities(IHostEnvironment environment, IConfiguration configuration)
{
    private const string Setting = "Demo:Enabled";
    private const string Password = "demo";
    private const string Actor = "platform";

    private static readonly (string Id, string Name, string TimeZone, string Currency)[] Tenants =
    [
        ("demo", "Demo", "America/Los_Angeles", "USD"),
        ("acme", "Acme", "UTC", "USD"),
    ];

    private static readonly User[] Users =
    [
        new("admin", "demo", Roles.Administrator, null),
        new("executive", "demo", Roles.Executive, null),
        new("analyst", "demo", Roles.Analyst, null),
        new("marketer", "demo", Roles.Analyst, ["camp_holiday_2025"]),
        new("operator", "demo", Roles.Operator, null),
        new("compliance", "demo", Roles.ComplianceOfficer, null),
        new("admin@acme", "acme", Roles.Administrator, null),
    ];

    /// <summary>Whether the demo users may sign in.</summary>
    public bool Enabled { get; } = IsEnabled(environment, configuration);

    /// <summary>Why this configuration must not start, in one line; null where it may.</summary>
    public static string? Refusal(IHostEnvironment environment, IConfiguration configuration) =>
        environment.IsProduction() && IsEnabled(environment, configuration)
            ? $"The gateway does not start: {Setting} is true in the environment Production, and would let anyone in as admin/demo. Set Demo__Enabled=false, or ASPNETCORE_ENVIRONMENT=Development for a local try-out."
            : null;

    /// <summary>Adds what is missing; an identity that exists stays as it is, and one that was removed stays removed.</summary>
    public async Task SeedAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var present = new HashSet<string>(StringComparer.Ordinal);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using (var names = new NpgsqlCommand(IdentitySql.ListUserNames, connection))
        await using (var reader = await names.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken)) present.Add(reader.GetString(0));
        }

        var missing = Users.Where(user => !present.Contains(user.Name)).ToList();

        // One password that everybody knows needs no salt for each user, and a hash is slow on purpose.
        var hash = missing.Count > 0 ? PasswordHash.Create(Password) : "";
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        foreach (var tenant in Tenants)
            await ExecuteAsync(connection, IdentitySql.AddTenant, cancellationToken, tenant.Id, tenant.Name, tenant.TimeZone, tenant.Currency);
        foreach (var user in missing)
        {
            // Another gateway may be seeding, too.
            var scope = user.GrantedCampaigns is null ? "all" : "granted";
            if (await ExecuteAsync(connection, IdentitySql.AddUser, cancellationToken, user.Name, user.TenantId, user.Role, scope, hash, true, Actor) == 0) continue;
            await ExecuteAsync(connection, IdentitySql.GrantCampaigns, cancellationToken, user.Name, user.GrantedCampaigns?.ToArray() ?? []);
            await ExecuteAsync(connection, IdentitySql.NoteUserChange, cancellationToken, user.TenantId, user.Name, 1, Actor, "created", user.Role, (object?)user.GrantedCampaigns?.ToArray() ?? DBNull.Value);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static bool IsEnabled(IHostEnvironment environment, IConfiguration configuration) =>
        configuration.GetValue<bool?>(Setting) ?? environment.IsDevelopment();
}
