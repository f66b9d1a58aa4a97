using Npgsql;
using QrPlatform.ErasedPersons;
using QrPlatform.Events;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Projection.Erasure;

/// <summary>
/// The read models hear of an erasure from the log, in its order (<c>projection.erase_visitors</c>); here it is only waited for, and searched
/// whether they did.
/// </summary>
internal sealed class ReadModelErasure(NpgsqlDataSource database, SchemaSearch search, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10), Pause = TimeSpan.FromMilliseconds(50);
    private static readonly string FindSql = EmbeddedSql.Read<ReadModelErasure>("FindErasedFacts.sql");

    /// <summary>Waits until the rows have followed the log.</summary>
    /// <exception cref="TimeoutException">They have not yet; asking again later is the answer.</exception>
    public async Task<StepOutcome> FollowAsync(string tenantId, CaseSecret secret, CancellationToken cancellationToken)
    {
        for (var started = time.GetTimestamp(); ; await Task.Delay(Pause, time, cancellationToken))
        {
            await using var find = database.CreateCommand(FindSql);
            find.Parameters.Add(new() { Value = tenantId });
            find.Parameters.Add(new() { Value = StreamKeys.Of(StreamKeys.Erasure, secret.MarkId) });
            await using var reader = await find.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            if (reader.GetBoolean(0)) return StepOutcome.Of("facts", reader.GetInt64(1));
            if (time.GetElapsedTime(started) > Patience) throw new TimeoutException("The read models have not caught up with the erasure.");
        }
    }

    /// <summary>Searches every table and column of the read models, also of those that a rebuild is making; nothing is as it should be.</summary>
    public async Task<StepOutcome> SearchAsync(ErasedPerson person, CancellationToken cancellationToken)
    {
        var found = await search.FindAsync("projection", person, cancellationToken);
        foreach (var (place, rows) in await search.FindAsync("projection_rebuild", person, cancellationToken)) found[place] = rows;
        return new StepOutcome(found);
    }
}
