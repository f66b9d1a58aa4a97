using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Gateway.Identity;

/// <summary>The statements that stand beside this code as files.</summary>
internal static class IdentitySql
{
    public static readonly string FindUser = Read("FindUser.sql");
    public static readonly string FindUsers = Read("FindUsers.sql");
    public static readonly string FindVersion = Read("FindVersion.sql");
    public static readonly string AddTenant = Read("AddTenant.sql");
    public static readonly string LockTenant = Read("LockTenant.sql");
    public static readonly string AddUser = Read("AddUser.sql");
    public static readonly string ChangeUser = Read("ChangeUser.sql");
    public static readonly string RemoveUser = Read("RemoveUser.sql");
    public static readonly string GrantCampaigns = Read("GrantCampaigns.sql");
    public static readonly string TakeCampaigns = Read("TakeCampaigns.sql");
    public static readonly string CountOthers = Read("CountOthers.sql");
    public static readonly string NoteUserChange = Read("NoteUserChange.sql");
    public static readonly string OwnsName = Read("OwnsName.sql");
    public static readonly string ListUserNames = Read("ListUserNames.sql");

    private static string Read(string file) => EmbeddedSql.Read(typeof(IdentitySql), file);
}
