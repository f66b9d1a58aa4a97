using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Aspire.Hosting.Dashboard;

/// <summary>The files of the page, from the assembly.</summary>
internal static class Assets
{
    private const string Prefix = "page/";

    private static readonly Dictionary<string, byte[]> Files = Load();

    /// <summary>Serves scripts, styles and pictures to anybody: there is nothing in them that is not in the source code.</summary>
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/assets/{name}", (string name, HttpResponse response) =>
    {
        if (!Files.TryGetValue(name, out var file) || name.EndsWith(".html", StringComparison.Ordinal))
            return Results.NotFound();
        // Asked for again each time, so that a newer build's page never runs with an older build's script.
        response.Headers.CacheControl = "no-cache";
        return Results.Bytes(file, TypeOf(name), entityTag: new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(file))[..16]}\""));
    });

    public static IResult Page(string name, int status = StatusCodes.Status200OK) => new HtmlResult(Files[name], status);

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "application/octet-stream",
    };

    private static Dictionary<string, byte[]> Load()
    {
        var assembly = typeof(Assets).Assembly;
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)))
            files[name[Prefix.Length..]] = Read(assembly, name);
        return files;
    }

    private static byte[] Read(Assembly assembly, string name)
    {
        using var source = assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[source.Length];
        source.ReadExactly(bytes);
        return bytes;
    }

    private sealed class HtmlResult(byte[] html, int status) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = status;
            httpContext.Response.ContentType = "text/html; charset=utf-8";
            return httpContext.Response.Body.WriteAsync(html, httpContext.RequestAborted).AsTask();
        }
    }
}
