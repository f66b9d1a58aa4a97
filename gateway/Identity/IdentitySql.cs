using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Gateway.Identity;

/// <summary>The statements that stand beside this code as files.</summary>
internal static class IdentitySql
{
    public static readonly string FindUser = EmbeddedSql.Read(typeof(IdentitySql), "FindUser.sql");
    public static readonly string AddTenant = EmbeddedSql.Read(typeof(IdentitySql), "AddTenant.sql");
    public static readonly string AddUser = EmbeddedSql.Read(typeof(IdentitySql), "AddUser.sql");
    public static readonly string GrantCampaigns = EmbeddedSql.Read(typeof(IdentitySql), "GrantCampaigns.sql");
    public static readonly string ListUserNames = EmbeddedSql.Read(typeof(IdentitySql), "ListUserNames.sql");
}
