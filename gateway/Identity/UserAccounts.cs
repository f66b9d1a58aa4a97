using Npgsql;
using NpgsqlTypes;
using QrPlatform.Requests;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Gateway.Identity;

/// <summary>
/// The users of a tenant, as its administrators change them. Each change is one transaction with what is told of it: the audit log, and the BI logins
/// that follow the user's grants.
/// </summary>
internal sealed class UserAccounts(NpgsqlDataSource database, DemoIdentities demo)
{
    private const int MostUsers = 1_000;

    /// <summary>A tenant's users, or the one of this name.</summary>
    public async Task<IReadOnlyList<UserAccount>> FindAsync(string tenantId, string? name, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await FindAsync(connection, tenantId, name, cancellationToken);
    }

    /// <summary>Makes or changes a user; what is as it was stays the same version.</summary>
    public async Task<UserOutcome> PutAsync(string tenantId, string name, UserSettings settings, string actor, Precondition condition, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (existing, users, otherAdministrators) = await LockAsync(connection, tenantId, name, cancellationToken);
        var version = existing?.Version ?? 0;
        if (!condition.Holds(version)) return new UserOutcome(null, version, UserFault.Precondition);
        if (existing is null && !UserName.IsOf(name, tenantId) && !await OwnsAsync(connection, tenantId, name, cancellationToken)) return new UserOutcome(null, 0, UserFault.Name);
        if (existing is null && settings.PasswordHash is null) return new UserOutcome(null, 0, UserFault.NoPassword);
        if (existing is null && users >= MostUsers) return new UserOutcome(null, 0, UserFault.TooMany);
        if (existing is not null && otherAdministrators == 0 && Manages(existing.Role, existing.Campaigns) && !Manages(settings.Role, settings.Campaigns))
            return new UserOutcome(null, version, UserFault.LastAdministrator);

        var isSame = existing is not null && existing.Role == settings.Role
            && (existing.Campaigns is null ? settings.Campaigns is null : settings.Campaigns is not null && existing.Campaigns.SequenceEqual(settings.Campaigns, StringComparer.Ordinal));
        if (isSame && settings.PasswordHash is null) return new UserOutcome(existing, version);

        var campaigns = settings.Campaigns?.ToArray();
        var scope = campaigns is null ? "all" : "granted";
        if (existing is null) await ExecuteAsync(connection, IdentitySql.AddUser, cancellationToken, name, tenantId, settings.Role, scope, settings.PasswordHash!, false, actor);
        else await ExecuteAsync(connection, IdentitySql.ChangeUser, cancellationToken, name, tenantId, settings.Role, scope, Text(settings.PasswordHash), actor);
        await ExecuteAsync(connection, IdentitySql.TakeCampaigns, cancellationToken, name, campaigns ?? []);
        await ExecuteAsync(connection, IdentitySql.GrantCampaigns, cancellationToken, name, campaigns ?? []);
        var account = (await FindAsync(connection, tenantId, name, cancellationToken))[0];
        var action = existing is null ? "created" : isSame ? "password" : "changed";
        await ExecuteAsync(connection, IdentitySql.NoteUserChange, cancellationToken, tenantId, name, account.Version, actor, action, settings.Role, Texts(campaigns));
        await transaction.CommitAsync(cancellationToken);
        return new UserOutcome(account, version);
    }

    /// <summary>Removes a user; the outcome's version is 0 where there was none.</summary>
    public async Task<UserOutcome> RemoveAsync(string tenantId, string name, string actor, Precondition condition, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (existing, _, otherAdministrators) = await LockAsync(connection, tenantId, name, cancellationToken);
        if (existing is null) return new UserOutcome(null, 0);
        if (!condition.Holds(existing.Version)) return new UserOutcome(null, existing.Version, UserFault.Precondition);
        if (otherAdministrators == 0 && Manages(existing.Role, existing.Campaigns)) return new UserOutcome(null, existing.Version, UserFault.LastAdministrator);

        await ExecuteAsync(connection, IdentitySql.RemoveUser, cancellationToken, name, tenantId);
        await ExecuteAsync(connection, IdentitySql.NoteUserChange, cancellationToken, tenantId, name, existing.Version + 1, actor, "removed", Text(null), Texts(null));
        await transaction.CommitAsync(cancellationToken);
        return new UserOutcome(null, existing.Version);
    }

    // Who is limited to campaigns manages nobody.
    private static bool Manages(string role, IReadOnlyList<string>? campaigns) => role == Roles.Administrator && campaigns is null;

    private async Task<(UserAccount? Existing, int Users, int OtherAdministrators)> LockAsync(NpgsqlConnection connection, string tenantId, string name, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, IdentitySql.LockTenant, cancellationToken, tenantId);
        var existing = (await FindAsync(connection, tenantId, name, cancellationToken)).FirstOrDefault();
        await using var count = Command(connection, IdentitySql.CountOthers, tenantId, name, demo.Enabled);
        await using var reader = await count.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (existing, reader.GetInt32(0), reader.GetInt32(1));
    }

    private static async Task<bool> OwnsAsync(NpgsqlConnection connection, string tenantId, string name, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, IdentitySql.OwnsName, tenantId, name);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task<IReadOnlyList<UserAccount>> FindAsync(NpgsqlConnection connection, string tenantId, string? name, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, IdentitySql.FindUsers, tenantId, Text(name));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var users = new List<UserAccount>();
        while (await reader.ReadAsync(cancellationToken))
        {
            users.Add(new UserAccount(
                reader.GetString(0), reader.GetString(1), reader.IsDBNull(7) ? null : [.. reader.GetFieldValue<string[]>(7).Order(StringComparer.Ordinal)], reader.GetInt32(2),
                reader.GetFieldValue<DateTimeOffset>(3), reader.GetFieldValue<DateTimeOffset>(4), reader.GetString(5), reader.GetBoolean(6)));
        }

        return users;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = Command(connection, sql, values);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value });
        return command;
    }

    private static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private static NpgsqlParameter Texts(string[]? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };
}
