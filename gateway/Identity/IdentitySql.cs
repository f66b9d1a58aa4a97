using System.Reflection;

namespace QrPlatform.Gateway.Identity;

/// <summary>The statements that stand beside this code as files.</summary>
internal static class IdentitySql
{
    public static readonly string FindUser = Read("find_user");
    public static readonly string AddTenant = Read("add_tenant");
    public static readonly string AddUser = Read("add_user");
    public static readonly string GrantCampaigns = Read("grant_campaigns");
    public static readonly string ListUserNames = Read("list_user_names");

    private static string Read(string name)
    {
        using var text = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream($"QrPlatform.Gateway.Identity.{name}.sql")!);
        return text.ReadToEnd();
    }
}
