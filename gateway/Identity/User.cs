namespace QrPlatform.Gateway.Identity;

/// <summary>What a token says about a user.</summary>
/// <param name="Name">The name to sign in with.</param>
/// <param name="TenantId">The user's tenant.</param>
/// <param name="Role">One of <see cref="ServiceDefaults.Security.Roles"/>.</param>
/// <param name="GrantedCampaigns">The campaigns that the user is limited to, or null for all.</param>
/// <param name="Version">Counts the changes of the name, from 1.</param>
internal sealed record User(string Name, string TenantId, string Role, IReadOnlyList<string>? GrantedCampaigns, int Version = 1);
