using Npgsql;
using NpgsqlTypes;
using QrPlatform.Requests;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Projection.Access;

/// <summary>A PostgreSQL login of a tenant for BI tools.</summary>
/// <param name="Name">The role's name.</param>
/// <param name="Version">Counts changes, from 1.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ChangedAt">When it was changed last.</param>
/// <param name="ChangedBy">The user who did.</param>
/// <param name="Campaigns">What it is limited to; null for everything of the tenant.</param>
/// <param name="User">Whose it is: it sees what this user may see. Null for nobody's in particular.</param>
/// <param name="MayLogIn">False while its user may see no rows.</param>
internal sealed record BiLogin(
    string Name, int Version, DateTimeOffset CreatedAt, DateTimeOffset ChangedAt, string ChangedBy, IReadOnlyList<string>? Campaigns, string? User, bool MayLogIn);

/// <summary>What a login is to see.</summary>
/// <param name="Campaigns">What it is limited to; null for everything of the tenant, or where it is a user's.</param>
/// <param name="User">The user whose grants it follows, or null.</param>
internal sealed record BiLoginRows(IReadOnlyList<string>? Campaigns, string? User = null);

/// <summary>Somebody did something to a login. <c>Campaigns</c> are what it sees from then on: null for everything, or where it is gone.</summary>
internal sealed record BiLoginChange(long Id, DateTimeOffset At, string Login, string Actor, string Action, IReadOnlyList<string>? Campaigns, string? User);

/// <summary>How a change went.</summary>
/// <param name="Login">The login as it is now; null where nothing was changed.</param>
/// <param name="Existing">The version that was found; 0 where there was none.</param>
/// <param name="IsTaken">Whether the name is that of a role that is no login of this platform's database.</param>
/// <param name="UserFault">Why it cannot be that user's, for people; null where it can.</param>
internal sealed record BiLoginOutcome(BiLogin? Login, int Existing, bool IsTaken = false, string? UserFault = null);

/// <summary>The BI logins, as roles and as rows of what they see, changed together by the functions of migrations 30 and 33.</summary>
internal sealed class BiLogins(NpgsqlDataSource database)
{
    private static readonly string FindSql = EmbeddedSql.Read<BiLogins>("FindBiLogins.sql");
    private static readonly string ChangesSql = EmbeddedSql.Read<BiLogins>("ListBiLoginChanges.sql");

    /// <summary>A tenant's logins, or the one of this name.</summary>
    public async Task<IReadOnlyList<BiLogin>> FindAsync(string tenantId, string? name, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await FindAsync(connection, tenantId, name, cancellationToken);
    }

    /// <summary>What was done to a tenant's logins, newest first.</summary>
    public async Task<IReadOnlyList<BiLoginChange>> ChangesAsync(string tenantId, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ChangesSql);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var changes = new List<BiLoginChange>();
        while (await reader.ReadAsync(cancellationToken))
        {
            changes.Add(new BiLoginChange(
                reader.GetInt64(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetString(2), reader.GetString(3), reader.GetString(4),
                reader.IsDBNull(5) ? null : reader.GetFieldValue<string[]>(5), reader.IsDBNull(6) ? null : reader.GetString(6)));
        }

        return changes;
    }

    /// <summary>
    /// Makes or changes a login. No statement that begins afterwards sees what is no longer granted: transactions that began before are ended, because
    /// their snapshots may be older. With another password all sessions are.
    /// </summary>
    /// <param name="tenantId">Whose it is.</param>
    /// <param name="name">The role's name.</param>
    /// <param name="rows">What it is to see.</param>
    /// <param name="password">Another password, or null to keep it; a new login has one.</param>
    /// <param name="actor">Who does it.</param>
    /// <param name="condition">What must be the case.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task<BiLoginOutcome> PutAsync(
        string tenantId, string name, BiLoginRows rows, string? password, string actor, Precondition condition, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LockAsync(connection, cancellationToken);
        var existing = await FindAsync(connection, tenantId, name, cancellationToken) is [var found] ? found : null;
        if (!condition.Holds(existing?.Version ?? 0)) return new BiLoginOutcome(null, existing?.Version ?? 0);
        if (existing is null && await RoleAsync(connection, name, cancellationToken) is not null) return new BiLoginOutcome(null, 0, IsTaken: true);
        if (rows.User is { } user && await UserFaultAsync(connection, tenantId, user, cancellationToken) is { } fault) return new BiLoginOutcome(null, existing?.Version ?? 0, UserFault: fault);

        await using (var put = new NpgsqlCommand("select projection.put_bi_login($1, $2, $3, $4, $5, $6)", connection))
        {
            put.Parameters.Add(new() { Value = name });
            put.Parameters.Add(new() { Value = tenantId });
            put.Parameters.Add(new() { Value = (object?)rows.Campaigns?.ToArray() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
            put.Parameters.Add(new() { Value = password is null ? DBNull.Value : ScramVerifier.Of(password), NpgsqlDbType = NpgsqlDbType.Text });
            put.Parameters.Add(new() { Value = actor });
            put.Parameters.Add(new() { Value = (object?)rows.User ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
            await put.ExecuteNonQueryAsync(cancellationToken);
        }

        var role = await RoleAsync(connection, name, cancellationToken);
        var changed = (await FindAsync(connection, tenantId, name, cancellationToken))[0];
        await transaction.CommitAsync(cancellationToken);
        if (existing is not null) await EndAsync(connection, role!.Value, all: password is not null);
        return new BiLoginOutcome(changed, existing?.Version ?? 0);
    }

    /// <summary>Removes a login and ends its sessions; the outcome's version is 0 where there was none.</summary>
    public async Task<(BiLoginOutcome Outcome, bool Removed)> RemoveAsync(string tenantId, string name, string actor, Precondition condition, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LockAsync(connection, cancellationToken);
        var existing = await FindAsync(connection, tenantId, name, cancellationToken) is [var found] ? found : null;
        if (existing is null || !condition.Holds(existing.Version)) return (new BiLoginOutcome(null, existing?.Version ?? 0), false);

        await using var remove = new NpgsqlCommand("select projection.remove_bi_login($1, $2)", connection) { Parameters = { new() { Value = name }, new() { Value = actor } } };
        var role = await remove.ExecuteScalarAsync(cancellationToken) as uint?;
        await transaction.CommitAsync(cancellationToken);
        if (role is { } ended) await EndAsync(connection, ended, all: true);
        return (new BiLoginOutcome(null, existing.Version), true);
    }

    /// <summary>
    /// Takes news of a user: the user's logins see from then on what the user may see, or go with the user. News that is older than what is known
    /// changes nothing.
    /// </summary>
    public async Task FollowAsync(UserGrants news, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var ended = new List<(uint Role, bool All)>();
        await using (var follow = new NpgsqlCommand("select role_id, all_of_them from projection.follow_user($1, $2, $3, $4, $5, $6)", connection))
        {
            follow.Parameters.Add(new() { Value = news.Tenant });
            follow.Parameters.Add(new() { Value = news.User });
            follow.Parameters.Add(new() { Value = news.Version });
            follow.Parameters.Add(new() { Value = (object?)news.Role ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
            follow.Parameters.Add(new() { Value = (object?)news.Campaigns?.ToArray() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
            follow.Parameters.Add(new() { Value = news.Actor });
            await using var reader = await follow.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken)) ended.Add((reader.GetFieldValue<uint>(0), reader.GetBoolean(1)));
        }

        foreach (var (role, all) in ended) await EndAsync(connection, role, all);
    }

    private static async Task<string?> UserFaultAsync(NpgsqlConnection connection, string tenantId, string user, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select projection.sees_rows(u.role) from projection.bi_user u where u.tenant_id = $1 and u.user_name = $2 and u.role is not null", connection);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = user });
        return await command.ExecuteScalarAsync(cancellationToken) switch
        {
            true => null,
            false => "This user's role may not see rows of single events. Allowed: users with the role administrator or analyst.",
            _ => "Your tenant has no such user (or nothing was heard of one yet: try again in a few seconds).",
        };
    }

    private static async Task<IReadOnlyList<BiLogin>> FindAsync(NpgsqlConnection connection, string tenantId, string? name, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(FindSql, connection);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = (object?)name ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var logins = new List<BiLogin>();
        while (await reader.ReadAsync(cancellationToken))
        {
            logins.Add(new BiLogin(
                reader.GetString(0), reader.GetInt32(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetFieldValue<DateTimeOffset>(3), reader.GetString(4),
                reader.IsDBNull(5) ? null : reader.GetFieldValue<string[]>(5), reader.IsDBNull(6) ? null : reader.GetString(6), reader.GetBoolean(7)));
        }

        return logins;
    }

    private static async Task LockAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select pg_advisory_xact_lock(hashtext('qrplatform.bi_login'))", connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<uint?> RoleAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select r.oid from pg_roles r where r.rolname = $1", connection) { Parameters = { new() { Value = name } } };
        return await command.ExecuteScalarAsync(cancellationToken) as uint?;
    }

    // What was committed has to take effect, whether or not the caller still waits for the answer.
    private static async Task EndAsync(NpgsqlConnection connection, uint role, bool all)
    {
        await using var end = new NpgsqlCommand("select projection.end_bi_sessions($1, $2)", connection)
        {
            Parameters = { new() { Value = role, NpgsqlDbType = NpgsqlDbType.Oid }, new() { Value = all } },
        };
        await end.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
