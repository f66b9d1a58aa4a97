namespace Marten.Events;

/// <summary>How much the store holds.</summary>
public class EventStoreStatistics
{
    public long EventCount { get; set; }

    public long StreamCount { get; set; }

    /// <summary>The last number drawn; it may belong to an append that is not committed, or never was.</summary>
    public long EventSequenceNumber { get; set; }
}
