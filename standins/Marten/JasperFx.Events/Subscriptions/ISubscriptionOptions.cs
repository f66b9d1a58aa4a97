using JasperFx.Events.Projections;

namespace JasperFx.Events.Subscriptions;

/// <summary>How the daemon runs a subscription.</summary>
public interface ISubscriptionOptions : IEventFilterable
{
    /// <summary>Names the progress row; change it and it starts again.</summary>
    string Name { get; set; }

    uint Version { get; set; }

    AsyncOptions Options { get; }
}
