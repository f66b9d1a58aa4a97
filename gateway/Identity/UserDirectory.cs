using Npgsql;

namespace QrPlatform.Gateway.Identity;

/// <summary>Finds users by name and password in schema <c>identity</c>.</summary>
internal sealed class UserDirectory(NpgsqlDataSource database, DemoIdentities demo, PasswordHashing hashing)
{
    private const string AllCampaigns = "all";

    /// <summary>The user, or null where the name or the password is wrong, which takes the same time.</summary>
    public async Task<User?> FindAsync(string name, string password, CancellationToken cancellationToken)
    {
        var (user, hash) = await ReadAsync(name, cancellationToken);
        return await hashing.MatchesAsync(hash ?? PasswordHash.Nobody, password, cancellationToken) ? user : null;
    }

    private async Task<(User? User, string? Hash)> ReadAsync(string name, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(IdentitySql.FindUser);

        // A text that PostgreSQL can't hold is nobody's name.
        command.Parameters.Add(new() { Value = UserName.IsPossible(name) ? name : "" });
        command.Parameters.Add(new() { Value = demo.Enabled });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) return (null, null);

        var campaigns = reader.GetString(3) == AllCampaigns ? null : reader.GetFieldValue<string[]>(4);
        return (new User(name, reader.GetString(1), reader.GetString(2), campaigns, reader.GetInt32(5)), reader.GetString(0));
    }
}
