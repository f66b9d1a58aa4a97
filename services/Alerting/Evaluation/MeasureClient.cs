using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using QrPlatform.Alerting.Rules;
using QrPlatform.Requests;
using QrPlatform.ServiceDefaults.Http;

namespace QrPlatform.Alerting.Evaluation;

/// <summary>A measured interval.</summary>
internal sealed record Measured(decimal? Value, long? Scans, DateTimeOffset AsOf, string TimeZone);

/// <summary>Asks reporting for numbers (<c>POST /internal/v1/measurements</c>), so that an alert's number is the query's.</summary>
internal sealed class MeasureClient(IHttpClientFactory clients, TimeProvider clock)
{
    /// <summary>The name of the HTTP client, which is the service's name.</summary>
    public const string Service = "reporting";

    private readonly ConcurrentDictionary<string, (TimeZoneInfo Zone, DateTimeOffset Until)> _zones = new(StringComparer.Ordinal);

    /// <summary>The number of an interval.</summary>
    public async Task<Measured> MeasureAsync(string tenantId, Rule rule, Interval interval, CancellationToken cancellationToken)
    {
        using var response = await AskAsync(tenantId, rule, interval, cancellationToken);
        response.EnsureSuccessStatusCode();
        return await ReadAsync(response, cancellationToken);
    }

    /// <summary>The tenant's zone and nothing, or what is wrong with the rule's metric and filters.</summary>
    public async Task<(TimeZoneInfo? Zone, IReadOnlyList<FieldError> Errors)> CheckAsync(string tenantId, Rule rule, CancellationToken cancellationToken)
    {
        using var response = await AskAsync(tenantId, rule, new Interval(clock.GetUtcNow().AddMinutes(-15), clock.GetUtcNow()), cancellationToken);
        if (response.StatusCode == HttpStatusCode.UnprocessableEntity)
        {
            var problem = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
            var errors = problem.GetProperty("errors").Deserialize<List<FieldError>>(JsonSerializerOptions.Web)!;
            return (null, [.. errors.Select(error => error with { Path = error.Path.Replace("$.metrics[0]", "$.metric", StringComparison.Ordinal) })]);
        }

        response.EnsureSuccessStatusCode();
        return (Keep(tenantId, await ReadAsync(response, cancellationToken)), []);
    }

    /// <summary>The tenant's zone, looked up once an hour.</summary>
    public async ValueTask<TimeZoneInfo> ZoneAsync(string tenantId, Rule rule, CancellationToken cancellationToken)
    {
        if (_zones.TryGetValue(tenantId, out var known) && known.Until > clock.GetUtcNow()) return known.Zone;
        return Keep(tenantId, await MeasureAsync(tenantId, rule, new Interval(clock.GetUtcNow().AddMinutes(-1), clock.GetUtcNow()), cancellationToken));
    }

    private TimeZoneInfo Keep(string tenantId, Measured measured)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(measured.TimeZone);
        _zones[tenantId] = (zone, clock.GetUtcNow().AddHours(1));
        return zone;
    }

    private async Task<HttpResponseMessage> AskAsync(string tenantId, Rule rule, Interval interval, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"http://{Service}/internal/v1/measurements"))
        {
            Content = JsonContent.Create(new { tenantId, rule.Campaigns, rule.Metric, rule.Filters, from = interval.Start, to = interval.End }),
        };
        request.Options.Set(ResilienceHandler.Idempotent, true);
        return await clients.CreateClient(Service).SendAsync(request, cancellationToken);
    }

    private static async Task<Measured> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        await response.Content.ReadFromJsonAsync<Measured>(cancellationToken) ?? throw new InvalidOperationException($"{Service} answered nothing.");
}
