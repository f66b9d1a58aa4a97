using System.Collections.Concurrent;
using Npgsql;

namespace QrPlatform.Gateway.Identity;

/// <summary>
/// Whether a token still says what its user is. Every token carries its user's version; a change of the user makes another, and removing the user leaves
/// none. Looked up again after <see cref="Age"/>, and at once in the process that made the change.
/// </summary>
internal sealed class TokenVersions(NpgsqlDataSource database, DemoIdentities demo, TimeProvider time)
{
    /// <summary>The claim.</summary>
    public const string Claim = "ver";

    /// <summary>How old the answer may be, while the database answers.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);

    /// <summary>Whether a token of this version holds.</summary>
    /// <exception cref="NpgsqlException">The database does not answer, and never did about this user. While it is away nobody is changed: what is known holds.</exception>
    public async ValueTask<bool> HoldsAsync(string user, string? version, CancellationToken cancellationToken)
    {
        if (!_known.TryGetValue(user, out var known) || time.GetElapsedTime(known.ReadAt) >= Age)
        {
            try
            {
                _known[user] = known = await ReadAsync(user, cancellationToken);
            }
            catch (NpgsqlException) when (known is not null)
            {
                _known[user] = known = known with { ReadAt = time.GetTimestamp() };
            }
        }

        return known.Version is { } current && version == current;
    }

    /// <summary>The user was changed just now.</summary>
    public void Forget(string user) => _known.TryRemove(user, out _);

    private async Task<Known> ReadAsync(string user, CancellationToken cancellationToken)
    {
        // The answer is as old as the question.
        var at = time.GetTimestamp();
        await using var command = database.CreateCommand(IdentitySql.FindVersion);
        command.Parameters.Add(new() { Value = user });
        command.Parameters.Add(new() { Value = demo.Enabled });
        return new Known(((int?)await command.ExecuteScalarAsync(cancellationToken))?.ToString(System.Globalization.CultureInfo.InvariantCulture), at);
    }

    private sealed record Known(string? Version, long ReadAt);
}
