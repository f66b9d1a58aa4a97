using JasperFx;
using JasperFx.Events;
using JasperFx.Events.Projections;
using JasperFx.MultiTenancy;
using Marten;
using Weasel.Core;

namespace QrPlatform.Alerting.Incidents;

/// <summary>Alerting's own event store, in its own schema: one stream per incident.</summary>
internal static class IncidentStore
{
    public const string Schema = "alerting";

    public static void Configure(StoreOptions options)
    {
        options.DatabaseSchemaName = Schema;
        options.AutoCreateSchemaObjects = AutoCreate.CreateOrUpdate;
        options.UseSystemTextJsonForSerialization(EnumStorage.AsInteger, Casing.Default);
        options.Events.DatabaseSchemaName = Schema;
        options.Events.StreamIdentity = StreamIdentity.AsGuid;
        options.Events.TenancyStyle = TenancyStyle.Conjoined;
        options.Events.AppendMode = EventAppendMode.QuickWithServerTimestamps;
        options.Events.MapEventType<IncidentOpened>("incident_opened");
        options.Events.MapEventType<IncidentObserved>("incident_observed");
        options.Events.MapEventType<IncidentAcknowledged>("incident_acknowledged");
        options.Events.MapEventType<IncidentResolved>("incident_resolved");
        options.Events.MapEventType<IncidentNotified>("incident_notified");
        options.Projections.Add<IncidentProjection>(ProjectionLifecycle.Live);
    }
}
