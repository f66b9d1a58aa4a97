using JasperFx.Events;

namespace Marten.Services;

/// <summary>What a commit holds.</summary>
public interface IChangeSet
{
    /// <summary>Stored documents.</summary>
    IEnumerable<object> Updated { get; }

    /// <summary>Appended events.</summary>
    IEnumerable<IEvent> GetEvents();

    IEnumerable<StreamAction> GetStreams();
}

internal sealed record ChangeSet(IReadOnlyList<object> Documents, IReadOnlyList<StreamAction> Streams) : IChangeSet
{
    public IEnumerable<object> Updated => Documents;

    public IEnumerable<IEvent> GetEvents() => Streams.SelectMany(s => s.Events);

    public IEnumerable<StreamAction> GetStreams() => Streams;
}
