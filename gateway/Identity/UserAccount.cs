namespace QrPlatform.Gateway.Identity;

/// <summary>A user, as the tenant's administrators see it.</summary>
/// <param name="Name">The name to sign in with.</param>
/// <param name="Role">One of <see cref="ServiceDefaults.Security.Roles"/>.</param>
/// <param name="Campaigns">What the user is limited to; null for everything of the tenant.</param>
/// <param name="Version">Counts changes, from 1.</param>
/// <param name="CreatedAt">When the user was made.</param>
/// <param name="ChangedAt">When the user was changed last.</param>
/// <param name="ChangedBy">The user who did.</param>
/// <param name="IsDemo">An identity of the local default, which only works while these are enabled.</param>
internal sealed record UserAccount(
    string Name, string Role, IReadOnlyList<string>? Campaigns, int Version, DateTimeOffset CreatedAt, DateTimeOffset ChangedAt, string ChangedBy, bool IsDemo);

/// <summary>What a user is to be.</summary>
/// <param name="Role">One of <see cref="ServiceDefaults.Security.Roles"/>.</param>
/// <param name="Campaigns">The campaigns that the user is limited to, sorted; or null for all.</param>
/// <param name="PasswordHash">Another password's hash, or null to keep the one there is.</param>
internal sealed record UserSettings(string Role, IReadOnlyList<string>? Campaigns, string? PasswordHash);

/// <summary>Why a change was not made.</summary>
internal enum UserFault
{
    /// <summary>It was made.</summary>
    None,

    /// <summary>The precondition does not hold.</summary>
    Precondition,

    /// <summary>The name is not for this tenant to give.</summary>
    Name,

    /// <summary>Nobody would be left to manage the tenant.</summary>
    LastAdministrator,

    /// <summary>A new user has no password.</summary>
    NoPassword,

    /// <summary>The tenant has as many users as it may.</summary>
    TooMany,
}

/// <summary>How a change went.</summary>
/// <param name="Account">The user as it is now; null where there is none, or nothing was changed.</param>
/// <param name="Existing">The version that was found; 0 where there was none.</param>
/// <param name="Fault">Why it was not made.</param>
internal sealed record UserOutcome(UserAccount? Account, int Existing, UserFault Fault = UserFault.None);
