namespace QrPlatform.Events;

/// <summary>
/// A visitor was erased: the events that are named here have lost what was personal in them, and their visitor. It follows them in the
/// log, so that whatever is made from the log hears of it after it heard of them. It names no person, not even by pseudonym.
/// </summary>
public sealed record VisitorErased
{
    /// <summary>Random, and the same for everything that was erased at once. Events of one person keep belonging together by it where a number needs that: a person is a new customer once.</summary>
    public required Guid Erasure { get; init; }

    /// <summary>Numbers (<c>seq_id</c>) of the visitor's own events, ascending; a large history is told in several events.</summary>
    public required IReadOnlyList<long> Events { get; init; }

    /// <summary>Numbers of events without visitor in sessions in which only this visitor was, ascending.</summary>
    public required IReadOnlyList<long> Anonymous { get; init; }
}
