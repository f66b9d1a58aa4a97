using JasperFx;
using JasperFx.Events;
using JasperFx.MultiTenancy;
using Marten;
using Weasel.Core;

namespace QrPlatform.Events;

/// <summary>
/// The event store as every service that touches it configures it. All that Marten has a default for is stated, because the defaults
/// changed between versions.
/// </summary>
public static class EventStoreConfiguration
{
    /// <summary>Applies it; projections and the data source are the caller's.</summary>
    public static void Configure(StoreOptions options)
    {
        options.DatabaseSchemaName = StoredEvents.Schema;
        options.AutoCreateSchemaObjects = AutoCreate.CreateOrUpdate;
        options.UseSystemTextJsonForSerialization(EnumStorage.AsInteger, Casing.Default);
        options.Events.DatabaseSchemaName = StoredEvents.Schema;
        options.Events.StreamIdentity = StreamIdentity.AsString;
        options.Events.TenancyStyle = TenancyStyle.Conjoined;
        options.Events.UseListenNotifyForEventAppends = true;
        options.Events.AppendMode = EventAppendMode.QuickWithServerTimestamps;

        // Commands note here who gave them.
        options.Events.MetadataConfig.HeadersEnabled = true;
        foreach (var (type, name) in StoredEvents.Names)
            options.Events.MapEventType(type, name);
    }
}
