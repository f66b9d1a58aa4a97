using System.Text.Json;
using System.Text.Json.Serialization;

namespace QrPlatform.Contracts.Scans;

/// <summary>Reads and writes <see cref="ScanEvent"/> as on the wire, without reflection.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(ScanEvent))]
[JsonSerializable(typeof(List<ScanEvent>))]
public sealed partial class ScanEventJson : JsonSerializerContext;
