using Microsoft.Net.Http.Headers;

namespace QrPlatform.Gateway.Web;

/// <summary>Serves <c>wwwroot</c>: pages are asked for again each time (by entity tag), what carries a content hash in its name never.</summary>
internal static class WebApplicationFiles
{
    private const string Hashed = "/assets";

    public static void UseWebApplicationFiles(this WebApplication app)
    {
        app.UseDefaultFiles();
        app.UseStaticFiles(new StaticFileOptions
        {
            OnPrepareResponse = file => file.Context.Response.Headers[HeaderNames.CacheControl] =
                file.Context.Request.Path.StartsWithSegments(Hashed, StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "no-cache",
        });
    }
}
