namespace QrPlatform.Contracts.Projections;

/// <summary>
/// The read models have moved on: everything up to <see cref="Position"/> is committed and visible to a query that starts now. Sent at most a
/// few times a second; several steps of the projection make one message, and one may get lost, so whoever listens also looks for himself now and then.
/// </summary>
/// <remarks>Data class: none.</remarks>
public sealed record ProjectionAdvanced
{
    /// <summary>The event log's sequence up to which rows were made.</summary>
    public required long Position { get; init; }

    /// <summary>The tenants whose rows changed since the last message; empty where they were too many to name, which means any.</summary>
    public required IReadOnlyList<string> Tenants { get; init; }
}
