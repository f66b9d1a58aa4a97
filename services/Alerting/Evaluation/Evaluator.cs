using JasperFx;
using Marten.Exceptions;
using Microsoft.Extensions.Options;
using Npgsql;
using QrPlatform.Alerting.Incidents;
using QrPlatform.Alerting.Rules;
using QrPlatform.ServiceDefaults.Messaging;

namespace QrPlatform.Alerting.Evaluation;

/// <summary>
/// Evaluates every rule on every complete interval, in order. An interval is complete when its end and the grace are over and everything that
/// was accepted until then is projected. The evaluation's row, the incident's events and the messages are one transaction, whose key lets only
/// one instance through; whoever loses goes on with the next interval.
/// </summary>
internal sealed partial class Evaluator(
    RuleStore rules, EvaluationLog log, MeasureClient measures, IncidentWriter writer, IOptions<AlertingOptions> options, TimeProvider clock, ILogger<Evaluator> logger) : BackgroundService
{
    // A rule that catches up lets the others have their turn.
    private const int IntervalsAtATime = 50;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var more = false;
            try
            {
                foreach (var rule in await rules.ListAsync(null, stoppingToken))
                    if (rule.Rule.Enabled) more |= await EvaluateSafelyAsync(rule, stoppingToken);
            }
            catch (Exception exception) when (Outage.IsOne(exception) && !stoppingToken.IsCancellationRequested)
            {
                Log.Waiting(logger, exception.Message);
                more = false;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            if (!more) await Task.Delay(options.Value.EvaluateEvery, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // One rule's fault, such as a metric that is gone, keeps no other from being evaluated.
    private async Task<bool> EvaluateSafelyAsync(StoredRule rule, CancellationToken cancellationToken)
    {
        try
        {
            return await EvaluateAsync(rule, cancellationToken);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException && !cancellationToken.IsCancellationRequested)
        {
            if (IsLost(exception)) return false;
            Log.NotEvaluated(logger, exception, rule.TenantId, rule.RuleId);
            return false;
        }
    }

    private async Task<bool> EvaluateAsync(StoredRule rule, CancellationToken cancellationToken)
    {
        var zone = await measures.ZoneAsync(rule.TenantId, rule.Rule, cancellationToken);
        var next = Intervals.From(Bounded(rule), rule.Rule.Interval, zone);
        for (var i = 0; i < IntervalsAtATime; i++)
        {
            if (next.End + options.Value.Grace > clock.GetUtcNow()) return false;
            var measured = await measures.MeasureAsync(rule.TenantId, rule.Rule, next, cancellationToken);
            if (measured.AsOf < next.End + options.Value.Grace) return false;
            await TakeAsync(rule, next, measured, cancellationToken);
            next = Intervals.Containing(next.End, rule.Rule.Interval, zone);
        }

        return true;
    }

    private async Task TakeAsync(StoredRule rule, Interval interval, Measured measured, CancellationToken cancellationToken)
    {
        var outcome = Outcomes.Of(rule.Rule, measured.Value, measured.Scans);
        var (before, open) = await log.BeforeAsync(rule, interval.Start, cancellationToken);
        var evaluation = new EvaluationOutcome(rule, interval, measured, outcome);
        await (open switch
        {
            { } incident when outcome == Outcomes.Breach => writer.ObserveAsync(evaluation, incident, cancellationToken),
            { } incident when outcome == Outcomes.Recovered => writer.ResolveAsync(evaluation, incident, cancellationToken),
            null when Outcomes.Opens(rule.Rule, outcome, before) => writer.OpenAsync(evaluation, cancellationToken),
            _ => writer.NoteAsync(evaluation, cancellationToken),
        });
    }

    private DateTimeOffset Bounded(StoredRule rule)
    {
        var length = rule.Rule.Interval switch { "15m" => TimeSpan.FromMinutes(15), "hour" => TimeSpan.FromHours(1), _ => TimeSpan.FromDays(1) };
        var earliest = clock.GetUtcNow() - (length * (options.Value.MostIntervalsBehind + 1));
        if (rule.EvaluatedUntil >= earliest) return rule.EvaluatedUntil;
        Log.LeftOut(logger, rule.TenantId, rule.RuleId, rule.EvaluatedUntil, earliest);
        return earliest;
    }

    // Another instance has evaluated the interval, or the incident was changed meanwhile: looking again is all there is to do.
    private static bool IsLost(Exception exception) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } or ConcurrencyException or ExistingStreamIdCollisionException => true,
        { InnerException: { } inner } => IsLost(inner),
        _ => false,
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Evaluation waits: {Reason}")]
        public static partial void Waiting(ILogger logger, string reason);

        [LoggerMessage(2, LogLevel.Error, "Rule {Rule} of tenant {Tenant} could not be evaluated and is tried again")]
        public static partial void NotEvaluated(ILogger logger, Exception exception, string tenant, string rule);

        [LoggerMessage(3, LogLevel.Warning, "Rule {Rule} of tenant {Tenant} was last evaluated until {Until}; what lies before {Earliest} is left out")]
        public static partial void LeftOut(ILogger logger, string tenant, string rule, DateTimeOffset until, DateTimeOffset earliest);
    }
}

/// <summary>An interval of a rule, what was measured, and what it says.</summary>
internal sealed record EvaluationOutcome(StoredRule Rule, Interval Interval, Measured Measured, string Outcome)
{
    public Reading Reading => new(Interval.Start, Interval.End, Measured.Value, Measured.Scans, Measured.AsOf);
}
