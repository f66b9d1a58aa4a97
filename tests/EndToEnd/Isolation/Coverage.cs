using System.Net.Http.Json;
using System.Text.Json;

namespace QrPlatform.EndToEnd.Isolation;

/// <summary>Compares what there is with what the tables say there is: nothing may be added without saying who may have it.</summary>
internal static class Coverage
{
    private static readonly string[] Services = [.. RouteTable.Rows.Select(row => row.Service).Distinct().Where(service => service != "gateway")];

    /// <summary>Every route that the stack's services answer.</summary>
    public static async Task<IReadOnlyList<(string Service, string Method, string Pattern)>> RoutesAsync(Stack stack)
    {
        var routes = new List<(string, string, string)>();
        foreach (var service in Services)
        {
            using var client = new HttpClient { BaseAddress = stack.AddressOf(service) };
            client.DefaultRequestHeaders.Add("X-Service-Key", stack.ServiceKey);
            var published = await client.GetFromJsonAsync<JsonElement>("/internal/v1/routes");
            routes.AddRange(published.EnumerateArray().Select(route => (service, route.GetProperty("method").GetString()!, route.GetProperty("pattern").GetString()!)));
        }

        return routes;
    }

    /// <summary>Routes of the gateway's configuration: service, method and pattern.</summary>
    public static IReadOnlyList<(string Service, string Method, string Pattern)> Forwarded()
    {
        using var settings = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "gateway.json")));
        return [.. settings.RootElement.GetProperty("ReverseProxy").GetProperty("Routes").EnumerateObject().SelectMany(route =>
        {
            var match = route.Value.GetProperty("Match");
            string[] methods = match.TryGetProperty("Methods", out var named) ? [.. named.EnumerateArray().Select(method => method.GetString()!)] : ["*"];
            return methods.Select(method => (route.Value.GetProperty("ClusterId").GetString()!, method, match.GetProperty("Path").GetString()!));
        })];
    }

    /// <summary>Routes without a row, and rows without a route.</summary>
    public static IEnumerable<string> Faults(
        IReadOnlyList<(string Service, string Method, string Pattern)> routes, IReadOnlyList<(string Service, string Method, string Pattern)> forwarded, IReadOnlyList<RouteRow> rows)
    {
        foreach (var (service, method, pattern) in routes)
        {
            if (!rows.Any(row => row.Covers(service, method, pattern)))
                yield return $"{service} answers {method} {pattern}, and no row of RouteTable says who may call it.";
        }

        foreach (var row in rows.Where(row => row.Service != "gateway" && !routes.Any(route => row.Covers(route.Service, route.Method, route.Pattern))))
            yield return $"RouteTable has a row for {row.Service}'s {row.Route}, which is not there.";

        foreach (var (service, method, pattern) in forwarded)
        {
            var prefix = pattern.Split("/{**")[0];
            if (!rows.Any(row => row.Covers("gateway", method, pattern) || (row.Service == service && (row.Target.Split('?')[0] + "/").StartsWith(prefix + "/", StringComparison.Ordinal))))
                yield return $"The gateway forwards {method} {pattern} to {service}, and no row of RouteTable is about it.";
        }
    }
}
