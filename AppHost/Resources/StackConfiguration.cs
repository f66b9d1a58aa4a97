using System.Globalization;

namespace QrPlatform.AppHost;

/// <summary>What can be set from outside of a stack: environment variables, or arguments of the same names.</summary>
internal static class StackConfiguration
{
    /// <summary>
    /// Parameters of the mail server (<c>Parameters:smtp-host</c> …) and alerting's settings. Without a host, mails of alerts are reported as not configured.
    /// </summary>
    public static readonly IReadOnlyList<(string Parameter, string Setting)> Mail =
    [
        ("smtp-host", "Alerting__Smtp__Host"), ("smtp-port", "Alerting__Smtp__Port"), ("smtp-from", "Alerting__Smtp__From"),
        ("smtp-tls", "Alerting__Smtp__Tls"), ("smtp-user", "Alerting__Smtp__User"), ("smtp-password", "Alerting__Smtp__Password"),
    ];

    extension(IDistributedApplicationBuilder builder)
    {
        /// <summary>A port that people rely on.</summary>
        public int Port(string key, int usual) =>
            builder.Configuration[key] is not { Length: > 0 } configured ? usual
            : int.TryParse(configured, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536 ? port
            : throw new DistributedApplicationException($"{key} is '{configured}'; it must be a port between 1 and 65535.");

        /// <summary>Where the build of the web application lies; the gateway serves it, and says so where there is none.</summary>
        public string WebDirectory => Path.GetFullPath(Path.Combine(builder.AppHostDirectory, "..", "web", "dist"));

        /// <summary>
        /// Says where the dashboard is served: on loopback unless QR_DASHBOARD_HOST is another address of this machine, or * for all of them.
        /// </summary>
        public void ServeDashboard()
        {
            var host = builder.Configuration["QR_DASHBOARD_HOST"] is { Length: > 0 } configured ? configured : "localhost";
            builder.Configuration["ASPNETCORE_URLS"] = string.Create(CultureInfo.InvariantCulture, $"http://{host}:{builder.Port("QR_DASHBOARD_PORT", 18888)}");
        }

        /// <summary>Where the services keep encryption and signing keys: beside the data, which is worthless without them.</summary>
        /// <remarks>Asked for when a service starts, because the host may have to use another directory than the one configured.</remarks>
        public string KeyDirectory() => builder.DataDirectory("keys");

        /// <summary>Where this host writes the console logs of what it runs; an erasure is searched for there, too.</summary>
        /// <remarks>As <see cref="KeyDirectory"/>.</remarks>
        public string LogDirectory() => builder.DataDirectory("logs");

        private string DataDirectory(string name) => Path.GetFullPath(Path.Combine(
            builder.Configuration["QR_DATA_DIR"] is { Length: > 0 } configured ? configured : Path.Combine(builder.AppHostDirectory, "..", ".qrplatform"),
            name));
    }
}
