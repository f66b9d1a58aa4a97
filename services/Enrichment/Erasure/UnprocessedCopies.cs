using System.Text.Json;
using Npgsql;
using QrPlatform.Contracts.Scans;
using QrPlatform.ErasedPersons;
using QrPlatform.Keys;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Enrichment.Erasure;

/// <summary>The copies of events that could not be processed, which are kept with their batch's outcome to tell it again.</summary>
internal sealed class UnprocessedCopies(NpgsqlDataSource database, KeyDirectory keys)
{
    private static readonly string FindSql = EmbeddedSql.Read<UnprocessedCopies>("FindQuarantines.sql");

    /// <summary>What remains of each batch's copies without those of the person; only batches in which there are some.</summary>
    public async Task<IReadOnlyList<(Guid BatchId, string? Remaining, int Removed)>> WithoutAsync(
        string tenantId, ErasedPerson person, CancellationToken cancellationToken)
    {
        string[] ids = [person.VisitorId, .. person.SessionIds];
        var changed = new List<(Guid, string?, int)>();
        await using var find = database.CreateCommand(FindSql);
        find.Parameters.Add(new() { Value = tenantId });
        await using var reader = await find.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var batchId = reader.GetGuid(0);
            var copies = JsonSerializer.Deserialize<List<QuarantinedEvent>>(reader.GetString(1))!;
            var kept = copies.ConvertAll(copy => Without(batchId, copy, ids));
            if (kept.Zip(copies).All(pair => ReferenceEquals(pair.First, pair.Second))) continue;
            var remaining = kept.OfType<QuarantinedEvent>().ToList();
            changed.Add((batchId, remaining.Count == 0 ? null : JsonSerializer.Serialize(remaining), kept.Zip(copies).Count(pair => !ReferenceEquals(pair.First, pair.Second))));
        }

        return changed;
    }

    private QuarantinedEvent? Without(Guid batchId, QuarantinedEvent copy, string[] ids)
    {
        if (SealedCopies.Open(keys, copy.TransitKeyId, copy.SealedEvent, batchId) is not { } plain) return copy;
        var rest = SealedCopies.Without(plain, ids);
        if (ReferenceEquals(rest, plain)) return copy;
        return rest is null
            ? null
            : copy with { SealedEvent = SealedBox.Seal(keys.GetOrCreate(KeyPurposes.Transit, copy.TransitKeyId), rest, batchId.ToByteArray(bigEndian: true)) };
    }
}
