using System.Security.Cryptography;
using System.Text;
using Aspire.Hosting.Native;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Dashboard;

/// <summary>What was received of a signal.</summary>
internal sealed record SignalView(string Signal, long Requests, long Bytes, DateTimeOffset? LastAt);

/// <summary>Where telemetry is taken, and how much came. It is counted, not stored.</summary>
internal sealed record TelemetryView(string? Address, string? Elsewhere, IReadOnlyList<SignalView> Signals);

/// <summary>The place of the OTLP receiver: it takes POST /v1/traces, /v1/metrics and /v1/logs, and counts what it takes.</summary>
internal sealed class TelemetryCounts(TimeProvider time, ChangeSignal changed)
{
    private static readonly string[] Signals = ["traces", "metrics", "logs"];

    private readonly Lock _lock = new();
    private readonly Dictionary<string, SignalView> _counts = Signals.ToDictionary(s => s, s => new SignalView(s, 0, 0, null));

    /// <summary>Where it listens.</summary>
    public string? Address { get; set; }

    /// <summary>Where telemetry goes instead.</summary>
    public string? Elsewhere { get; set; }

    public static bool IsSignal(string name) => Signals.Contains(name, StringComparer.Ordinal);

    public void Count(string signal, long bytes)
    {
        lock (_lock)
            _counts[signal] = new SignalView(signal, _counts[signal].Requests + 1, _counts[signal].Bytes + bytes, time.GetUtcNow());
        changed.Set();
    }

    public TelemetryView View()
    {
        lock (_lock)
            return new TelemetryView(Address, Elsewhere, [.. Signals.Select(s => _counts[s])]);
    }
}

/// <summary>Answers exporters.</summary>
internal sealed class TelemetryReceiver(TelemetryCounts counts, string? apiKey)
{
    /// <summary>Larger than any batch of an exporter.</summary>
    public const long LargestRequest = 16 * 1024 * 1024;

    private const string Protobuf = "application/x-protobuf";
    private const string ApiKeyHeader = "x-otlp-api-key";

    /// <summary>
    /// The port on loopback that services are told to export to over HTTP, when it is free to listen on; whatever else holds it, or an address
    /// elsewhere, gets the telemetry instead, as before there was a receiver here.
    /// </summary>
    public static int? PortIn(IConfiguration configuration, TelemetryCounts counts)
    {
        var grpc = configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] ?? configuration["DOTNET_DASHBOARD_OTLP_ENDPOINT_URL"];
        var http = configuration["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"] ?? configuration["DOTNET_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"];
        // gRPC, which comes before HTTP where both are configured, is not spoken here.
        if (grpc is null && Uri.TryCreate(http, UriKind.Absolute, out var address) && address.Scheme == "http" && address.IsLoopback && PortTable.IsFree(address.Port))
        {
            counts.Address = http;
            return address.Port;
        }

        counts.Elsewhere = grpc ?? http;
        return null;
    }

    public async Task AnswerAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        var path = request.Path.Value ?? "";
        var signal = path.StartsWith("/v1/", StringComparison.Ordinal) ? path["/v1/".Length..] : "";
        if (!TelemetryCounts.IsSignal(signal) || !HttpMethods.IsPost(request.Method))
            response.StatusCode = StatusCodes.Status404NotFound;
        else if (apiKey is not null && !IsKey(request.Headers[ApiKeyHeader].ToString()))
            response.StatusCode = StatusCodes.Status401Unauthorized;
        else if (request.ContentType?.StartsWith(Protobuf, StringComparison.OrdinalIgnoreCase) != true)
            response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
        else
        {
            counts.Count(signal, await LengthAsync(context).ConfigureAwait(false));
            // An empty message says that all of it was taken.
            response.ContentType = Protobuf;
            response.ContentLength = 0;
        }
    }

    private bool IsKey(string given) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(apiKey!)));

    private static async Task<long> LengthAsync(HttpContext context)
    {
        var buffer = new byte[16 * 1024];
        var length = 0L;
        int read;
        while ((read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted).ConfigureAwait(false)) > 0)
            length += read;
        return length;
    }
}
