using System.Text.Json;

namespace Aspire.Hosting.Dashboard;

/// <summary>How the page's data is written.</summary>
internal static class DashboardJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);
}
