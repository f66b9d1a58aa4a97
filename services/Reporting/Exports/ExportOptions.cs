using Microsoft.Extensions.Options;
using QrPlatform.Reporting.Access;

namespace QrPlatform.Reporting.Exports;

/// <summary>Limits of exports, section <c>Reporting:Exports</c>; of each instance.</summary>
public sealed class ExportOptions
{
    /// <summary>Rows of one export. One that turns out to be larger breaks off, so that nobody takes it for complete.</summary>
    public int MostRows { get; set; } = 10_000_000;

    /// <summary>How long one may take, the time that a slow reader takes included.</summary>
    public TimeSpan StatementTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Exports of one user at the same time; each holds a connection to the database.</summary>
    public int PerUser { get; set; } = 2;

    /// <summary>Exports of one tenant at the same time.</summary>
    public int PerTenant { get; set; } = 4;
}

/// <summary>Exports that are under way.</summary>
internal sealed class RunningExports(IOptions<ExportOptions> options) : Places(options.Value.PerUser, options.Value.PerTenant);
