namespace Marten.Schema;

/// <summary>Empties the store. For tests.</summary>
public interface IDocumentCleaner
{
    /// <summary>Drops the store's tables with all events. They are made again when they are next needed.</summary>
    Task CompletelyRemoveAllAsync(CancellationToken ct = default);

    /// <summary>Deletes all events and all progress, and starts the sequence again.</summary>
    Task DeleteAllEventDataAsync(CancellationToken ct = default);
}
