using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using QrPlatform.Contracts.Scans;

namespace QrPlatform.Ingestion.Receiving;

/// <summary>
/// Reads one event from the token stream, without a tree in between: this is the door's hot path. Properties that nobody knows are
/// passed over; null means absent.
/// </summary>
internal static partial class EventReader
{
    private const int MaxId = 200, MaxName = 500, MaxUserAgent = 2048;

    private static readonly FrozenDictionary<string, ScanEventType> EventTypes = new Dictionary<string, ScanEventType>
    {
        ["SCAN"] = ScanEventType.Scan,
        ["RESCAN"] = ScanEventType.Rescan,
        ["LANDING_VIEW"] = ScanEventType.LandingView,
        ["ENGAGEMENT"] = ScanEventType.Engagement,
        ["CONVERSION"] = ScanEventType.Conversion,
        ["LEAD"] = ScanEventType.Lead,
        ["CUSTOMER"] = ScanEventType.Customer,
        ["REVENUE"] = ScanEventType.Revenue,
        ["REFUND"] = ScanEventType.Refund,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Reads the object that <paramref name="json"/> has begun, up to its end.</summary>
    /// <param name="json">On the object's start; afterwards on its end.</param>
    /// <param name="errors">Takes what is wrong with the event.</param>
    /// <param name="receivedAt">The server's clock, by which the future is told.</param>
    /// <param name="eventId">The event's id where that much is right.</param>
    /// <returns>The event, or null where there are errors.</returns>
    /// <exception cref="JsonException">The JSON is malformed.</exception>
    public static ScanEvent? Read(ref Utf8JsonReader json, EventErrors errors, DateTimeOffset receivedAt, out string? eventId)
    {
        var fields = default(Fields);
        while (JsonValues.NextProperty(ref json, errors)) ReadProperty(ref json, errors, ref fields);

        eventId = string.IsNullOrWhiteSpace(fields.EventId) ? null : fields.EventId;
        CheckRequired(errors, fields, receivedAt);
        if (errors.Any) return null;
        return new ScanEvent
        {
            EventId = fields.EventId!,
            Timestamp = fields.Timestamp!.Value,
            EventType = fields.EventType!.Value,
            QrCodeId = fields.QrCodeId!,
            VisitorId = fields.VisitorId,
            SessionId = fields.SessionId,
            IpAddress = fields.IpAddress,
            ScanLocation = fields.Location,
            DeviceInfo = fields.Device,
            CampaignContext = fields.Campaign,
            BehaviorMetrics = fields.Behavior,
            Consent = fields.Consent,
            IsTest = fields.IsTest,
        };
    }

    private static void ReadProperty(ref Utf8JsonReader json, EventErrors errors, ref Fields fields)
    {
        ref var seen = ref fields.Seen;
        if (json.ValueTextEquals("eventId"u8)) fields.EventId = JsonValues.Required(ref json, errors, ref seen, 0, "$.eventId", 50);
        else if (json.ValueTextEquals("timestamp"u8)) fields.Timestamp = EventInstant.Read(ref json, errors, ref seen, 1, "$.timestamp");
        else if (json.ValueTextEquals("eventType"u8)) fields.EventType = ReadEventType(ref json, errors, ref seen);
        else if (json.ValueTextEquals("qrCodeId"u8)) fields.QrCodeId = JsonValues.Required(ref json, errors, ref seen, 3, "$.qrCodeId", MaxId);
        else if (json.ValueTextEquals("visitorId"u8)) fields.VisitorId = JsonValues.Text(ref json, errors, ref seen, 4, "$.visitorId", MaxId);
        else if (json.ValueTextEquals("sessionId"u8)) fields.SessionId = JsonValues.Text(ref json, errors, ref seen, 5, "$.sessionId", MaxId);
        else if (json.ValueTextEquals("ipAddress"u8)) fields.IpAddress = ReadIpAddress(ref json, errors, ref seen);
        else if (json.ValueTextEquals("scanLocation"u8)) fields.Location = ReadLocation(ref json, errors, ref seen);
        else if (json.ValueTextEquals("deviceInfo"u8)) fields.Device = ReadDevice(ref json, errors, ref seen);
        else if (json.ValueTextEquals("campaignContext"u8)) fields.Campaign = ReadCampaign(ref json, errors, ref seen);
        else if (json.ValueTextEquals("behaviorMetrics"u8)) fields.Behavior = ReadBehavior(ref json, errors, ref seen);
        else if (json.ValueTextEquals("consent"u8)) fields.Consent = ReadConsent(ref json, errors, ref seen);
        else if (json.ValueTextEquals("isTest"u8)) fields.IsTest = JsonValues.Boolean(ref json, errors, ref seen, 12, "$.isTest") ?? false;
        else JsonValues.SkipUnknown(ref json, errors);
    }

    private static void CheckRequired(EventErrors errors, in Fields fields, DateTimeOffset receivedAt)
    {
        // What was refused above has its error already; what is still missing is absent, null or blank.
        if (string.IsNullOrWhiteSpace(fields.EventId)) Missing(errors, "$.eventId");
        if (fields.Timestamp is null) Missing(errors, "$.timestamp");
        if (fields.EventType is null) Missing(errors, "$.eventType");
        if (string.IsNullOrWhiteSpace(fields.QrCodeId)) Missing(errors, "$.qrCodeId");
        if (fields.Timestamp > receivedAt + EventInstant.FutureTolerance)
            errors.Add("$.timestamp", EventErrorCodes.InFuture, "The instant lies more than 5 minutes in the future.");
    }

    private static void Missing(EventErrors errors, string path)
    {
        if (!errors.Has(path)) errors.Add(path, EventErrorCodes.Required, "The value is required.");
    }

    private static ScanEventType? ReadEventType(ref Utf8JsonReader json, EventErrors errors, ref uint seen)
    {
        const string path = "$.eventType";
        if (JsonValues.Required(ref json, errors, ref seen, 2, path, 50) is not { } name) return null;
        if (EventTypes.TryGetValue(name, out var type)) return type;
        errors.Add(path, EventErrorCodes.UnknownEventType, $"The value must be one of {string.Join(", ", EventTypes.Keys.Order())}.");
        return null;
    }

    private static string? ReadIpAddress(ref Utf8JsonReader json, EventErrors errors, ref uint seen)
    {
        const string path = "$.ipAddress";
        if (JsonValues.Text(ref json, errors, ref seen, 6, path, 45) is not { } text) return null;
        if (IsIpAddress(text)) return text;
        errors.Add(path, EventErrorCodes.InvalidIpAddress, "The value must be an IPv4 or IPv6 address, without port, prefix length or zone.");
        return null;
    }

    // The parser also takes "1", "0x7f.1", "[::1]:80" and zones, which no log of a web server means by an address.
    private static bool IsIpAddress(string text) =>
        IPAddress.TryParse(text, out var address) && (address.AddressFamily == AddressFamily.InterNetwork
            ? text.Count(character => character == '.') == 3 && !text.AsSpan().ContainsAnyExcept("0123456789.")
            : !text.AsSpan().ContainsAny("[]%"));

    private struct Fields
    {
        public uint Seen;
        public string? EventId, QrCodeId, VisitorId, SessionId, IpAddress;
        public DateTimeOffset? Timestamp;
        public ScanEventType? EventType;
        public ScanLocation? Location;
        public DeviceInfo? Device;
        public CampaignContext? Campaign;
        public BehaviorMetrics? Behavior;
        public ConsentStatement? Consent;
        public bool IsTest;
    }
}
