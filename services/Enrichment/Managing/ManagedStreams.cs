using JasperFx;
using Marten;
using Marten.Exceptions;
using QrPlatform.Events;
using QrPlatform.Requests;

namespace QrPlatform.Enrichment.Managing;

/// <summary>What a command comes to: events to append, none where all is so already, or a refusal.</summary>
internal sealed record Decision(IResult? Refusal, params IReadOnlyList<object> Events)
{
    public static readonly Decision Nothing = new((IResult?)null);

    public static Decision Append(params IReadOnlyList<object> events) => new(null, events);

    public static Decision Refuse(IResult refusal) => new(refusal);
}

/// <summary>The state after a command, or why there is none.</summary>
/// <param name="Refusal">The answer to a command that was refused.</param>
/// <param name="State">The state where it was not.</param>
/// <param name="Version">Of the stream.</param>
/// <param name="WasNew">The stream began with this command.</param>
/// <param name="Changed">Something was appended.</param>
internal sealed record Outcome<T>(IResult? Refusal, T? State, long Version, bool WasNew, bool Changed);

/// <summary>
/// Decides commands on the state of a stream and appends what follows from them. A change that was meant for a certain version (If-Match)
/// is refused when the stream has another one; without that, a writer who loses a race decides again on what the winner left.
/// </summary>
internal sealed class ManagedStreams(IDocumentStore store)
{
    private const int Attempts = 8;

    public async Task<Outcome<T>> DecideAsync<T>(
        Caller caller, string id, Precondition condition, Func<T?, Decision> decide, CancellationToken cancellationToken)
        where T : class, IManaged<T>
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TryAsync(caller, id, condition, decide, cancellationToken);
            }
            catch (Exception exception) when (exception is ConcurrencyException or ExistingStreamIdCollisionException)
            {
                // With a precondition the next look at the version refuses it.
                if (attempt == Attempts) return Refused<T>(Busy(T.Noun));
            }
        }
    }

    private async Task<Outcome<T>> TryAsync<T>(
        Caller caller, string id, Precondition condition, Func<T?, Decision> decide, CancellationToken cancellationToken)
        where T : class, IManaged<T>
    {
        await using var session = store.LightweightSession(caller.TenantId);
        session.SetHeader("user", caller.User);
        var stream = await session.Events.FetchForWriting<T>(StreamKeys.Of(T.Kind, id), cancellationToken);
        var version = stream.StartingVersion ?? 0;
        if (!condition.Holds(version)) return Refused<T>(Precondition.Failed(version));

        var decision = decide(stream.Aggregate);
        if (decision.Refusal is { } refusal) return Refused<T>(refusal);
        if (decision.Events.Count == 0) return new Outcome<T>(null, stream.Aggregate, version, WasNew: false, Changed: false);

        var state = decision.Events.Aggregate(stream.Aggregate, T.Apply)!;
        stream.AppendMany(decision.Events);
        for (var i = 0; i < decision.Events.Count; i++) ManagedItems.Tell<T>(session, caller, id, version + 1 + i, decision.Events[i]);
        ManagedItems.Queue(session, caller, id, version + decision.Events.Count, state);
        await session.SaveChangesAsync(cancellationToken);
        return new Outcome<T>(null, state, version + decision.Events.Count, WasNew: version == 0, Changed: true);
    }

    private static Outcome<T> Refused<T>(IResult refusal) => new(refusal, default, 0, WasNew: false, Changed: false);

    private static IResult Busy(string noun) => TypedResults.Problem(
        $"Others change the {noun} at the same time. Send the request again.",
        statusCode: StatusCodes.Status409Conflict, title: "Others were faster.", type: "conflict");
}
