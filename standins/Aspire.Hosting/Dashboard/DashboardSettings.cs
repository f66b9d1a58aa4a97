using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Dashboard;

/// <summary>Where the operations page listens, and what lets people in.</summary>
/// <param name="Host">Host name or address that it binds to.</param>
/// <param name="Port">Port; null or 0 has one assigned.</param>
/// <param name="Token">What the login asks for.</param>
internal sealed record DashboardSettings(string Host, int? Port, string Token)
{
    public const string UrlsKey = "ASPNETCORE_URLS";
    public const string TokenKey = "AppHost:BrowserToken";
    public const string OtlpKeyKey = "AppHost:OtlpApiKey";

    private const string TokenVariable = "ASPIRE_DASHBOARD_FRONTEND_BROWSERTOKEN";
    private const string OldTokenVariable = "DOTNET_DASHBOARD_FRONTEND_BROWSERTOKEN";

    private static readonly string[] AnonymousVariables = ["ASPIRE_DASHBOARD_UNSECURED_ALLOW_ANONYMOUS", "DOTNET_DASHBOARD_UNSECURED_ALLOW_ANONYMOUS"];

    /// <summary>Whether it binds to loopback only.</summary>
    public bool IsLocal => Host is "localhost" || (IPAddress.TryParse(Host, out var address) && IPAddress.IsLoopback(address));

    /// <summary>Whether it binds to all of the machine's addresses.</summary>
    public bool IsEverywhere => Host is "+" or "*" || (IPAddress.TryParse(Host, out var address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)));

    /// <summary>Makes sure that there is a token, as the real builder does: the configured one, else a random one.</summary>
    public static void ProvideToken(IConfiguration configuration)
    {
        if (string.IsNullOrWhiteSpace(configuration[TokenKey]))
            configuration[TokenKey] = configuration[TokenVariable] is { Length: > 0 } given ? given
                : configuration[OldTokenVariable] is { Length: > 0 } old ? old
                : Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
    }

    /// <summary>The settings, or null when no address is configured: then there is no page.</summary>
    /// <exception cref="DistributedApplicationException">What is configured cannot be done here.</exception>
    public static DashboardSettings? Read(IConfiguration configuration)
    {
        if (configuration[UrlsKey]?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is not { Length: > 0 } urls)
            return null;
        foreach (var variable in AnonymousVariables)
            if (configuration.GetValue(variable, false))
                throw new DistributedApplicationException($"{variable}: the native host's operations page starts and stops processes, and is not shown without login");
        var url = urls.FirstOrDefault(u => u.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
            ?? throw new DistributedApplicationException($"{UrlsKey} is '{configuration[UrlsKey]}'; the native host's operations page needs an address that begins with http://");
        var authority = url["http://".Length..].TrimEnd('/');
        var colon = authority.LastIndexOf(':');
        var isPortGiven = colon > authority.LastIndexOf(']');
        var host = (isPortGiven ? authority[..colon] : authority).Trim('[', ']');
        var port = 80;
        if (isPortGiven && !int.TryParse(authority[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port))
            throw new DistributedApplicationException($"{UrlsKey} is '{url}'; what follows the last colon must be a port");
        if (host is not ("localhost" or "+" or "*") && !IPAddress.TryParse(host, out _))
            throw new DistributedApplicationException($"{UrlsKey} is '{url}'; the host must be localhost, an IP address or *");
        return new DashboardSettings(host, port == 0 ? null : port, configuration[TokenKey]!);
    }
}
