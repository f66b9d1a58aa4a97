using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace QrPlatform.ServiceDefaults.Security;

/// <summary>
/// The published users, keys and logins of the local default (tenants demo and acme). On in Development, off elsewhere unless
/// <c>Demo:Enabled</c> says so, and never in Production.
/// </summary>
public static class DemoIdentities
{
    /// <summary>Whether this host offers them.</summary>
    /// <exception cref="InvalidOperationException">They are asked for in Production.</exception>
    public static bool AreEnabled(IConfiguration configuration, IHostEnvironment environment)
    {
        var enabled = configuration.GetValue("Demo:Enabled", environment.IsDevelopment());
        return enabled && environment.IsProduction()
            ? throw new InvalidOperationException("Demo:Enabled is true in Production. Everybody knows the demo passwords: remove the setting.")
            : enabled;
    }
}
