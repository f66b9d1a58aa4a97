using System.Security.Cryptography;
using System.Text.Json;
using Npgsql;
using QrPlatform.Enrichment.Steps;
using QrPlatform.ErasedPersons;
using QrPlatform.Events;
using QrPlatform.Keys;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Enrichment.Erasure;

/// <summary>Finds what the event store holds of a person.</summary>
internal sealed class PersonEvents(NpgsqlDataSource database)
{
    private static readonly string OwnSql = EmbeddedSql.Read<PersonEvents>("FindPersonEvents.sql");
    private static readonly string AnonymousSql = EmbeddedSql.Read<PersonEvents>("FindAnonymousEvents.sql");
    private static readonly string SharedSql = EmbeddedSql.Read<PersonEvents>("FindSharedStreams.sql");

    /// <summary>
    /// The person with the sessions that it was alone in. In a session that others were in too, only its own events are its own: whose the
    /// others are, and what the session's id tells of whom, nobody can say.
    /// </summary>
    public async Task<ErasedPerson> WithSessionsAsync(string tenantId, ErasedPerson person, CancellationToken cancellationToken)
    {
        var streams = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var own in await OwnAsync(tenantId, person, cancellationToken))
        {
            if (own.StreamId[0] == StreamKeys.Session && SessionIdOf(tenantId, person, own) is { } session) streams.TryAdd(own.StreamId, session);
        }

        foreach (var shared in await SharedAsync(tenantId, [.. streams.Keys], person, cancellationToken)) streams.Remove(shared);
        return person with
        {
            SessionStreams = [.. person.SessionStreams.Union(streams.Keys, StringComparer.Ordinal)],
            SessionIds = [.. person.SessionIds.Union(streams.Values, StringComparer.Ordinal)],
        };
    }

    /// <summary>The events that carry its pseudonym or were sealed under its key.</summary>
    public async Task<IReadOnlyList<OwnEvent>> OwnAsync(string tenantId, ErasedPerson person, CancellationToken cancellationToken)
    {
        if (person is not { SubjectId: { } subject, Pseudonym: { } pseudonym }) return [];
        await using var find = database.CreateCommand(OwnSql);
        find.CommandTimeout = 600;
        find.Parameters.Add(new() { Value = tenantId });
        find.Parameters.Add(new() { Value = pseudonym.ToString() });
        find.Parameters.Add(new() { Value = subject.ToString() });
        var own = new List<OwnEvent>();
        await using var reader = await find.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            own.Add(new OwnEvent(reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetString(3)));
        return own;
    }

    /// <summary>Events without visitor in the sessions that it was alone in.</summary>
    public async Task<IReadOnlyList<long>> AnonymousAsync(string tenantId, ErasedPerson person, CancellationToken cancellationToken)
    {
        if (person.SessionStreams.Count == 0 && person.SessionSubjects.Count == 0) return [];
        await using var find = database.CreateCommand(AnonymousSql);
        find.CommandTimeout = 600;
        find.Parameters.Add(new() { Value = tenantId });
        find.Parameters.Add(new() { Value = person.SessionStreams.ToArray() });
        find.Parameters.Add(new() { Value = person.SessionSubjects.Select(subject => subject.ToString()).ToArray() });
        var anonymous = new List<long>();
        await using var reader = await find.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) anonymous.Add(reader.GetInt64(0));
        return anonymous;
    }

    private async Task<List<string>> SharedAsync(string tenantId, string[] streams, ErasedPerson person, CancellationToken cancellationToken)
    {
        if (streams.Length == 0) return [];
        await using var find = database.CreateCommand(SharedSql);
        find.Parameters.Add(new() { Value = tenantId });
        find.Parameters.Add(new() { Value = streams });
        find.Parameters.Add(new() { Value = person.Pseudonym!.Value.ToString() });
        var shared = new List<string>();
        await using var reader = await find.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) shared.Add(reader.GetString(0));
        return shared;
    }

    private static string? SessionIdOf(string tenantId, ErasedPerson person, OwnEvent own)
    {
        if (own.Box is null || person.DataKey is null) return null;
        try
        {
            var plain = SealedBox.Open(person.DataKey, Convert.FromBase64String(own.Box), SealPersonalPart.AssociatedData(tenantId, own.EventId));
            return JsonSerializer.Deserialize(plain, PersonalPartJson.Default.PersonalPart)?.SessionId;
        }
        catch (CryptographicException)
        {
            // Sealed under another key: not by this platform's doing, and nothing that the person's key could tell.
            return null;
        }
    }
}

/// <summary>An event of the person.</summary>
/// <param name="Sequence">Its number in the log.</param>
/// <param name="StreamId">Its stream.</param>
/// <param name="EventId">The source's id of it.</param>
/// <param name="Box">What is sealed of it, base64; null where nothing is.</param>
internal sealed record OwnEvent(long Sequence, string StreamId, string EventId, string? Box);
