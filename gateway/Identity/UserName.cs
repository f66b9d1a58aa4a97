using System.Text.RegularExpressions;

namespace QrPlatform.Gateway.Identity;

/// <summary>Names that administrators give: they end with <c>@</c> and the tenant, so that no name is another tenant's, nor tells that another has it.</summary>
internal static partial class UserName
{
    /// <summary>What is wrong with a name, for people.</summary>
    public static string Form(string tenantId) => $"Must be 1 to 64 lower-case letters, digits and . _ -, then @{tenantId}: jo.smith@{tenantId}.";

    /// <summary>Whether a tenant's administrators may give this name.</summary>
    public static bool IsOf(string name, string tenantId) =>
        name.Length > tenantId.Length + 1 && name.EndsWith("@" + tenantId, StringComparison.Ordinal) && Own().IsMatch(name.AsSpan(0, name.Length - tenantId.Length - 1));

    /// <summary>Whether it may be asked for at all.</summary>
    public static bool IsPossible(string name) => name.Length is > 0 and <= 200 && !name.Any(character => char.IsControl(character) || char.IsSurrogate(character));

    [GeneratedRegex(@"^[a-z0-9][a-z0-9._-]{0,63}\z")]
    private static partial Regex Own();
}
