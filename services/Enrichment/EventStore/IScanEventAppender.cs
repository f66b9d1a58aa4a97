using Npgsql;

namespace QrPlatform.Enrichment.EventStore;

/// <summary>An event on its way into the store.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="EventId">The source's id, unique per tenant for all time.</param>
/// <param name="ContentHash">Tells a repetition from another event under the same id.</param>
/// <param name="StreamId">The stream's key.</param>
/// <param name="StreamType">What the stream is of, or null; kept when the stream begins.</param>
/// <param name="Id">The store's id of the event.</param>
/// <param name="EventType">The stored name of the event's type.</param>
/// <param name="DotNetType">Full name and assembly of the event's type.</param>
/// <param name="DataJson">The event as UTF-8 JSON.</param>
public sealed record ScanEventToAppend(
    string TenantId, string EventId, byte[] ContentHash, string StreamId, string? StreamType, Guid Id, string EventType, string DotNetType, byte[] DataJson);

/// <summary>What became of one event.</summary>
public enum AppendOutcome
{
    /// <summary>It was new, and is in the store.</summary>
    Appended,

    /// <summary>The tenant has this event already, with the same content.</summary>
    Known,

    /// <summary>The tenant has another event under this id. The first stays.</summary>
    KnownWithOtherContent,
}

/// <summary>What became of a batch, by the index in it.</summary>
/// <param name="Outcomes">One per event, in the batch's order.</param>
/// <param name="LastSequence">The highest number in the log that a new event got; null where none was new.</param>
public sealed record AppendResult(IReadOnlyList<AppendOutcome> Outcomes, long? LastSequence)
{
    /// <summary>How many were new.</summary>
    public int AppendedCount => Outcomes.Count(outcome => outcome == AppendOutcome.Appended);

    /// <summary>Whether the event at <paramref name="index"/> was new.</summary>
    public bool IsNew(int index) => Outcomes[index] == AppendOutcome.Appended;
}

/// <summary>A batch hit streams that are closed. Nothing may be committed of the transaction.</summary>
public sealed class StreamArchivedException(IReadOnlyList<string> streamIds)
    : InvalidOperationException($"{streamIds.Count} of the streams to append to are archived and take no more events.")
{
    /// <summary>The archived streams.</summary>
    public IReadOnlyList<string> StreamIds { get; } = streamIds;
}

/// <summary>Appends batches to Marten's event store with a cost per batch, not per stream or event.</summary>
public interface IScanEventAppender
{
    /// <summary>
    /// Appends what is new, in the order given, inside the caller's transaction (read committed). Of several events with one id the first
    /// counts. Concurrent writers cannot deadlock as long as each appends once per transaction and takes its other locks afterwards.
    /// </summary>
    /// <exception cref="StreamArchivedException">A stream is closed; the transaction must be rolled back.</exception>
    Task<AppendResult> AppendAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<ScanEventToAppend> events, CancellationToken cancellationToken);
}
