using System.Globalization;
using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;
using QrPlatform.Keys;
using QrPlatform.PrivacyCompliance.Erasure;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.PrivacyCompliance.Subjects;

/// <summary>Finds subjects' records and makes those that are missing, a set at a time.</summary>
internal sealed class SubjectRecords(NpgsqlDataSource database, KeyDirectory keys, PersonHashes hashes, TimeProvider time)
{
    // One lost race for the same new subjects, and one epoch retired in between, are ordinary; more is not.
    private const int Rounds = 5;

    private static readonly string FindSql = EmbeddedSql.Read<SubjectRecords>("FindSubjects.sql");
    private static readonly string FindEpochSql = EmbeddedSql.Read<SubjectRecords>("FindCurrentEpoch.sql");
    private static readonly string CreateSql = EmbeddedSql.Read<SubjectRecords>("CreateSubjects.sql");

    /// <summary>Answers every question, at its position. Asking again, also at the same time, gives the same subjects.</summary>
    public async Task<SubjectAnswer[]> ResolveAsync(IReadOnlyList<SubjectQuestion> questions, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var answers = new SubjectAnswer?[questions.Count];
        // Data keys made by this call: who won the race for a record is found again by its id and need not be unwrapped.
        var made = new Dictionary<Guid, byte[]>();
        for (var round = 0; round < Rounds; round++)
        {
            await FindAsync(connection, questions, answers, made, cancellationToken);
            var missing = Missing(questions, answers);
            if (missing.Count == 0) return answers!;
            await CreateAsync(connection, missing, made, cancellationToken);
        }

        throw new TimeoutException("Subjects were created and vanished again several times: an erasure is under way. Try again.");
    }

    private async Task FindAsync(
        NpgsqlConnection connection, IReadOnlyList<SubjectQuestion> questions, SubjectAnswer?[] answers, Dictionary<Guid, byte[]> made,
        CancellationToken cancellationToken)
    {
        await using var find = new NpgsqlCommand(FindSql, connection);
        AddQuestions(find.Parameters, questions);
        await using var reader = await find.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var position = reader.GetInt32(0);
            if (reader.GetBoolean(5))
            {
                answers[position] = new SubjectAnswer(null, null, null, IsSuppressed: true);
            }
            else if (!reader.IsDBNull(1))
            {
                var id = reader.GetGuid(1);
                var dataKey = made.GetValueOrDefault(id) ?? Unwrap(id, reader.GetInt32(3), reader.GetFieldValue<byte[]>(4));
                answers[position] = new SubjectAnswer(id, reader.GetGuid(2), dataKey, IsSuppressed: false);
            }
        }
    }

    private async Task CreateAsync(
        NpgsqlConnection connection, List<SubjectQuestion> missing, Dictionary<Guid, byte[]> made, CancellationToken cancellationToken)
    {
        await using var findEpoch = new NpgsqlCommand(FindEpochSql, connection);
        var epoch = (int?)await findEpoch.ExecuteScalarAsync(cancellationToken)
            ?? throw new InvalidOperationException("privacy.key_epochs has no current epoch; every epoch is retired.");
        var epochKey = keys.GetOrCreate(KeyPurposes.SubjectEpoch, EpochKeyId(epoch));

        var ids = new Guid[missing.Count];
        var wrapped = new byte[missing.Count][];
        var pseudonyms = new Guid[missing.Count];
        for (var i = 0; i < missing.Count; i++)
        {
            ids[i] = Guid.NewGuid();
            pseudonyms[i] = Guid.NewGuid();
            made[ids[i]] = RandomNumberGenerator.GetBytes(SealedBox.KeySize);
            wrapped[i] = SealedBox.Seal(epochKey, made[ids[i]], ids[i].ToByteArray(bigEndian: true));
        }

        // In one round trip, which is one transaction: whoever is erased meanwhile is found suppressed when the lock is held.
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand($"select pg_advisory_xact_lock_shared({SubjectErasure.LockId})"));
        var create = new NpgsqlBatchCommand(CreateSql);
        AddQuestions(create.Parameters, missing);
        create.Parameters.AddWithValue("ids", NpgsqlDbType.Array | NpgsqlDbType.Uuid, ids);
        create.Parameters.AddWithValue("wrapped_keys", NpgsqlDbType.Array | NpgsqlDbType.Bytea, wrapped);
        create.Parameters.AddWithValue("pseudonyms", NpgsqlDbType.Array | NpgsqlDbType.Uuid, pseudonyms);
        create.Parameters.AddWithValue("epoch", NpgsqlDbType.Integer, epoch);
        create.Parameters.AddWithValue("now", NpgsqlDbType.TimestampTz, time.GetUtcNow());
        batch.BatchCommands.Add(create);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static List<SubjectQuestion> Missing(IReadOnlyList<SubjectQuestion> questions, SubjectAnswer?[] answers)
    {
        var seen = new HashSet<(string, string, string)>();
        var missing = new List<SubjectQuestion>();
        for (var i = 0; i < questions.Count; i++)
        {
            var question = questions[i];
            if (answers[i] is null && seen.Add((question.TenantId, question.Kind, Convert.ToHexString(question.Lookup)))) missing.Add(question);
        }

        return missing;
    }

    private void AddQuestions(NpgsqlParameterCollection parameters, IReadOnlyList<SubjectQuestion> questions)
    {
        parameters.AddWithValue("tenants", NpgsqlDbType.Array | NpgsqlDbType.Text, questions.Select(question => question.TenantId).ToArray());
        parameters.AddWithValue("kinds", NpgsqlDbType.Array | NpgsqlDbType.Text, questions.Select(question => question.Kind).ToArray());
        parameters.AddWithValue("lookups", NpgsqlDbType.Array | NpgsqlDbType.Bytea, questions.Select(question => question.Lookup).ToArray());
        parameters.AddWithValue("suppressions", NpgsqlDbType.Array | NpgsqlDbType.Bytea, questions.Select(SuppressionHash).ToArray());
    }

    /// <summary>A subject's data key.</summary>
    public byte[] Unwrap(Guid id, int epoch, byte[] wrapped)
    {
        var key = keys.Find(KeyPurposes.SubjectEpoch, EpochKeyId(epoch))
            ?? throw new InvalidOperationException($"The key of epoch {epoch} is not in the key directory, but records are wrapped under it. Restore it from your key backup.");
        return SealedBox.Open(key, wrapped, id.ToByteArray(bigEndian: true));
    }

    private byte[] SuppressionHash(SubjectQuestion question) => hashes.Suppression(question.TenantId, question.Kind, question.Lookup);

    private static string EpochKeyId(int epoch) => epoch.ToString(CultureInfo.InvariantCulture);
}
