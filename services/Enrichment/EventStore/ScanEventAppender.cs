using System.Data;
using Npgsql;
using NpgsqlTypes;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Enrichment.EventStore;

/// <summary>
/// One statement per batch over Marten's tables, with Npgsql only, so that it is the same with the real package and with its stand-in.
/// Marten's own sessions pay a round trip's work per stream, which at one event per stream is most of the cost.
/// </summary>
public sealed class ScanEventAppender : IScanEventAppender
{
    private static readonly string AppendSql = EmbeddedSql.Read<ScanEventAppender>("AppendScanEvents.sql");
    private static readonly string HashesSql = EmbeddedSql.Read<ScanEventAppender>("FindContentHashes.sql");
    private static readonly string ArchivedSql = EmbeddedSql.Read<ScanEventAppender>("FindArchivedStreams.sql");

    /// <inheritdoc/>
    public async Task<AppendResult> AppendAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<ScanEventToAppend> events, CancellationToken cancellationToken)
    {
        if (transaction.IsolationLevel != IsolationLevel.ReadCommitted)
            throw new ArgumentException("Append in a read-committed transaction: what others commit meanwhile must be seen.", nameof(transaction));

        if (events.Count == 0) return new AppendResult([], null);

        var isNew = new bool[events.Count];
        var firsts = FirstOfEachId(events);
        var (fresh, lastSequence) = await AppendFirstsAsync(connection, transaction, [.. firsts.Select(first => events[first])], cancellationToken);
        foreach (var index in fresh) isNew[firsts[index]] = true;

        var known = new List<int>();
        for (var index = 0; index < events.Count; index++)
        {
            if (!isNew[index]) known.Add(index);
        }

        var outcomes = new AppendOutcome[events.Count];
        await CompareKnownAsync(connection, transaction, events, known, outcomes, cancellationToken);
        return new AppendResult(outcomes, lastSequence);
    }

    private static List<int> FirstOfEachId(IReadOnlyList<ScanEventToAppend> events)
    {
        var seen = new HashSet<(string, string)>(events.Count);
        var firsts = new List<int>(events.Count);
        for (var index = 0; index < events.Count; index++)
        {
            if (seen.Add((events[index].TenantId, events[index].EventId))) firsts.Add(index);
        }

        return firsts;
    }

    /// <returns>The places of the new ones, and the highest number that one got.</returns>
    private static async Task<(int[] Fresh, long? LastSequence)> AppendFirstsAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, ScanEventToAppend[] batch, CancellationToken cancellationToken)
    {
        int[] fresh;
        int appended;
        long? lastSequence;
        await using (var command = new NpgsqlCommand(AppendSql, connection, transaction))
        {
            AddColumns(command, batch);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            fresh = reader.GetFieldValue<int[]>(0);
            appended = reader.GetInt32(1);
            lastSequence = reader.IsDBNull(2) ? null : reader.GetInt64(2);
        }

        return appended == fresh.Length
            ? (fresh, lastSequence)
            : throw new StreamArchivedException(await ArchivedAsync(connection, transaction, batch, cancellationToken));
    }

    private static void AddColumns(NpgsqlCommand command, ScanEventToAppend[] batch)
    {
        Add(command, NpgsqlDbType.Varchar, batch, e => e.TenantId);
        Add(command, NpgsqlDbType.Text, batch, e => e.EventId);
        Add(command, NpgsqlDbType.Uuid, batch, e => e.Id);
        Add(command, NpgsqlDbType.Bytea, batch, e => e.ContentHash);
        Add(command, NpgsqlDbType.Varchar, batch, e => e.StreamId);
        Add(command, NpgsqlDbType.Varchar, batch, e => e.StreamType);
        Add(command, NpgsqlDbType.Varchar, batch, e => e.EventType);
        Add(command, NpgsqlDbType.Varchar, batch, e => e.DotNetType);
        Add(command, NpgsqlDbType.Jsonb, batch, e => e.DataJson);
    }

    private static void Add<T>(NpgsqlCommand command, NpgsqlDbType type, ScanEventToAppend[] batch, Converter<ScanEventToAppend, T> value) =>
        command.Parameters.Add(new NpgsqlParameter<T[]> { TypedValue = Array.ConvertAll(batch, value), NpgsqlDbType = NpgsqlDbType.Array | type });

    /// <summary>Only batches with known or repeated ids pay for this. What this batch appended itself is found, too.</summary>
    private static async Task CompareKnownAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<ScanEventToAppend> events, List<int> known, AppendOutcome[] outcomes,
        CancellationToken cancellationToken)
    {
        if (known.Count == 0) return;

        await using var command = new NpgsqlCommand(HashesSql, connection, transaction);
        var batch = known.ConvertAll(index => events[index]).ToArray();
        Add(command, NpgsqlDbType.Text, batch, e => e.TenantId);
        Add(command, NpgsqlDbType.Text, batch, e => e.EventId);
        foreach (var index in known) outcomes[index] = AppendOutcome.Known;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var index = known[reader.GetInt32(0)];
            outcomes[index] = Compare(reader.GetFieldValue<byte[]>(1), events[index].ContentHash);
        }
    }

    private static AppendOutcome Compare(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) =>
        one.SequenceEqual(other) ? AppendOutcome.Known : AppendOutcome.KnownWithOtherContent;

    private static async Task<List<string>> ArchivedAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, ScanEventToAppend[] batch, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ArchivedSql, connection, transaction);
        Add(command, NpgsqlDbType.Varchar, batch, e => e.TenantId);
        Add(command, NpgsqlDbType.Varchar, batch, e => e.StreamId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var archived = new List<string>();
        while (await reader.ReadAsync(cancellationToken)) archived.Add(reader.GetString(0));
        return archived;
    }
}
