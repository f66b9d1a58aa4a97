using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using QrPlatform.Contracts.Scans;
using QrPlatform.Enrichment.Pipeline;
using QrPlatform.Events;
using QrPlatform.Keys;

namespace QrPlatform.Enrichment.Steps;

/// <summary>Seals what is personal under the subject's data key, bound to tenant and event.</summary>
internal static class SealPersonalPart
{
    public static StepResult Apply(ScanDraft draft)
    {
        if (draft.Subject is not { } subject) return StepResult.Continue;

        var plain = JsonSerializer.SerializeToUtf8Bytes(PersonalPart.Of(draft.Source), PersonalPartJson.Default.PersonalPart);
        draft.Personal = new SealedPersonalData(
            subject.Id, SealedBox.Seal(subject.DataKey, plain, AssociatedData(draft.Tenant.TenantId, draft.Source.EventId)));
        return StepResult.Continue;
    }

    /// <summary>UTF-8 of <c>{tenant}/{eventId}</c>; a tenant's id holds no slash.</summary>
    internal static byte[] AssociatedData(string tenantId, string eventId) => Encoding.UTF8.GetBytes($"{tenantId}/{eventId}");
}

/// <summary>What is personal in an event.</summary>
internal sealed record PersonalPart(string? VisitorId, string? SessionId, string? IpAddress, string? UserAgent, double? Latitude, double? Longitude)
{
    public static PersonalPart Of(ScanEvent source) => new(
        source.VisitorId, source.SessionId, source.IpAddress, source.DeviceInfo?.UserAgent, source.ScanLocation?.Latitude, source.ScanLocation?.Longitude);

    public static bool IsIn(ScanEvent source) =>
        source is { VisitorId: not null } or { SessionId: not null } or { IpAddress: not null } or { DeviceInfo.UserAgent: not null }
            or { ScanLocation.Latitude: not null } or { ScanLocation.Longitude: not null };
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PersonalPart))]
internal sealed partial class PersonalPartJson : JsonSerializerContext;
