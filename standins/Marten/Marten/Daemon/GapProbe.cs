using Npgsql;

namespace Marten.Daemon;

/// <summary>Who is alive that may have drawn the missing numbers.</summary>
internal sealed record GapEvidence(long LockHolders, long OpenTransactions, long WritingTransactions)
{
    public bool MayStillBeFilled => LockHolders > 0 || OpenTransactions > 0 || WritingTransactions > 0;

    public override string ToString() =>
        $"{LockHolders} hold a lock on the events, {OpenTransactions} transactions are open since before, {WritingTransactions} of them write";
}

/// <summary>Asks PostgreSQL whether a transaction is alive that may still fill a gap.</summary>
internal sealed class GapProbe(DocumentStore store)
{
    private readonly string _sql = ReadSql();

    public async Task<GapEvidence> AskAsync(StuckGap gap, CancellationToken ct)
    {
        await using var command = store.DataSource.CreateCommand(_sql);
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = gap.SightedAt.UtcDateTime });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = gap.Xmax });
        command.Parameters.Add(new NpgsqlParameter { Value = gap.AllocationFence?.UtcDateTime ?? DateTime.UnixEpoch });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = store.Schema.Name });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. LeadershipLocks.All(store.Options)] });
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        await reader.ReadAsync(ct).ConfigureAwait(false);
        return new GapEvidence(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
    }

    private static string ReadSql()
    {
        using var stream = typeof(GapProbe).Assembly.GetManifestResourceStream("Marten.Marten.Daemon.GapProbe.sql")
            ?? throw new InvalidOperationException("GapProbe.sql is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
