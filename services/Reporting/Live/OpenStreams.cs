using Microsoft.Extensions.Options;
using QrPlatform.Reporting.Access;

namespace QrPlatform.Reporting.Live;

/// <summary>Limits of the live stream, section <c>Reporting:Live</c>; of each instance.</summary>
public sealed class LiveOptions
{
    /// <summary>Streams that one user may hold open: about one per browser tab.</summary>
    public int StreamsPerUser { get; set; } = 10;

    /// <summary>Streams of one tenant.</summary>
    public int StreamsPerTenant { get; set; } = 500;
}

/// <summary>Live streams that are open.</summary>
internal sealed class OpenStreams(IOptions<LiveOptions> options) : Places(options.Value.StreamsPerUser, options.Value.StreamsPerTenant);
