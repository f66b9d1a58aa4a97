using JasperFx;
using JasperFx.Events;
using JasperFx.Events.Projections;
using JasperFx.MultiTenancy;
using Marten;
using Weasel.Core;

namespace QrPlatform.PrivacyCompliance.Erasure;

/// <summary>The service's own event store: one stream per erasure case, in schema <c>privacy</c>.</summary>
internal static class PrivacyStore
{
    public const string Schema = "privacy";

    // Names under which events are stored are part of history: a class may be renamed, its stored name may not.
    private static readonly (Type Type, string Name)[] Names =
    [
        (typeof(ErasureRequested), "erasure_requested"),
        (typeof(ErasureApproved), "erasure_approved"),
        (typeof(ErasureStepStarted), "erasure_step_started"),
        (typeof(ErasureStepFinished), "erasure_step_finished"),
        (typeof(ErasureStepFailed), "erasure_step_failed"),
        (typeof(ErasureRepeated), "erasure_repeated"),
        (typeof(ErasureGaveUp), "erasure_gave_up"),
        (typeof(ErasureResumed), "erasure_resumed"),
        (typeof(ErasureCompleted), "erasure_completed"),
    ];

    public static void Configure(StoreOptions options)
    {
        options.DatabaseSchemaName = Schema;
        options.AutoCreateSchemaObjects = AutoCreate.CreateOrUpdate;
        options.UseSystemTextJsonForSerialization(EnumStorage.AsString, Casing.Default);
        options.Events.DatabaseSchemaName = Schema;
        options.Events.StreamIdentity = StreamIdentity.AsGuid;
        options.Events.TenancyStyle = TenancyStyle.Conjoined;
        options.Events.AppendMode = EventAppendMode.QuickWithServerTimestamps;
        foreach (var (type, name) in Names) options.Events.MapEventType(type, name);
        options.Projections.Add<ErasureCaseProjection>(ProjectionLifecycle.Live);
    }
}
