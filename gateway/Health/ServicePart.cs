using System.Text.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using QrPlatform.ServiceDefaults.Http;

namespace QrPlatform.Gateway.Health;

/// <summary>A service, by its own <c>/health</c>.</summary>
internal sealed class ServicePart(string name, IConfiguration configuration, HttpMessageInvoker http) : Part(name)
{
    public override async Task<Reading> LookAsync(CancellationToken cancellationToken)
    {
        if (ServiceDiscoveryHandler.Resolve(configuration, Name) is not { } address)
            return Reading.Unhealthy($"No address is configured (services__{Name}__http__0).");

        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, "/health"));
            using var response = await http.SendAsync(request, cancellationToken);
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            using var report = await JsonDocument.ParseAsync(body, cancellationToken: cancellationToken);
            return Read(report.RootElement);
        }
        catch (JsonException)
        {
            return Reading.Unhealthy("The service does not say how it is.");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return Reading.Unhealthy("The service does not answer.");
        }
        catch (OperationCanceledException)
        {
            return Reading.Unhealthy("The service did not answer in time.");
        }
    }

    /// <summary>A service's report: <c>{"status": "...", "parts": {name: {"status", "description"}}}</c>.</summary>
    internal static Reading Read(JsonElement report)
    {
        if (report.ValueKind != JsonValueKind.Object || !report.TryGetProperty("status", out var said) || !Enum.TryParse<HealthStatus>(said.GetString(), out var status))
            return Reading.Unhealthy("The service does not say how it is.");
        if (status == HealthStatus.Healthy) return Reading.Healthy;

        var unwell = report.TryGetProperty("parts", out var parts) && parts.ValueKind == JsonValueKind.Object
            ? parts.EnumerateObject().Where(part => Text(part.Value, "status") != nameof(HealthStatus.Healthy)).ToList()
            : [];

        // Without its cache a service works on.
        if (unwell.Count > 0 && unwell.TrueForAll(part => part.Name.Contains("redis", StringComparison.OrdinalIgnoreCase))) status = HealthStatus.Degraded;
        var description = string.Join("; ", unwell.Select(part => $"{part.Name}: {Text(part.Value, "description") ?? Text(part.Value, "status")}"));
        return new Reading(status, description.Length > 0 ? description : "The service says that it is not well.");
    }

    private static string? Text(JsonElement part, string property) =>
        part.ValueKind == JsonValueKind.Object && part.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
