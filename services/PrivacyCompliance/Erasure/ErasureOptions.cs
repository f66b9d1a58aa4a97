using Microsoft.Extensions.Options;

namespace QrPlatform.PrivacyCompliance.Erasure;

/// <summary>Whose requests need no second user. Section <c>Erasure</c>.</summary>
public sealed class ErasureOptions
{
    /// <summary>Tenants whose requests are carried out at once; the demo tenants in the local default.</summary>
    public IList<string> ApproveThemselves { get; } = [];

    /// <summary>How long an owner of a store may take before it is asked again; doubled with every attempt, up to 16 times.</summary>
    public TimeSpan AskAgainAfter { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How often the running cases are looked at without being told of anything.</summary>
    public TimeSpan LookEvery { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Directory of the platform's log files, searched by the verification; empty: they are elsewhere, and not searched.</summary>
    public string LogDirectory { get; set; } = "";
}

/// <summary>Tells whether a tenant's requests are approved as they come.</summary>
internal sealed class SelfApproval(IOptions<ErasureOptions> options)
{
    public bool Of(string tenantId) => options.Value.ApproveThemselves.Contains(tenantId);
}
