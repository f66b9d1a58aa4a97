using Npgsql;
using QrPlatform.Alerting.Rules;

namespace QrPlatform.Alerting.Evaluation;

/// <summary>Reads what earlier evaluations of a rule saw.</summary>
internal sealed class EvaluationLog(NpgsqlDataSource database)
{
    /// <summary>The outcomes of the intervals before, newest first, and the rule's open incident.</summary>
    public async Task<(IReadOnlyList<string> Outcomes, Guid? OpenIncident)> BeforeAsync(StoredRule rule, DateTimeOffset start, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("select outcome from alerting.evaluation where series_id = $1 and interval_start < $2 order by interval_start desc limit 100")
                {
                    Parameters = { new() { Value = rule.SeriesId }, new() { Value = start.ToUniversalTime() } },
                },
                new NpgsqlBatchCommand("select incident_id from alerting.incident where tenant_id = $1 and rule_id = $2 and state <> 'resolved'")
                {
                    Parameters = { new() { Value = rule.TenantId }, new() { Value = rule.RuleId } },
                },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var outcomes = new List<string>();
        while (await reader.ReadAsync(cancellationToken)) outcomes.Add(reader.GetString(0));
        await reader.NextResultAsync(cancellationToken);
        return (outcomes, await reader.ReadAsync(cancellationToken) ? reader.GetGuid(0) : null);
    }
}
