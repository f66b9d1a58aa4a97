using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;
using Microsoft.Net.Http.Headers;

namespace QrPlatform.Gateway.Web;

/// <summary>
/// Serves the built web application from the directory <c>Web:Root</c>, or, where nothing is built, a page that says so. The application's
/// pages have addresses of their own, which all lead to <c>index.html</c>; what belongs to the API never does. Pages are asked for again
/// each time (by entity tag), what carries a content hash in its name never. Files lie there compressed, as the build made them.
/// </summary>
internal static class WebApplicationFiles
{
    /// <summary>Setting: the directory with <c>index.html</c>, absolute or relative to the content root.</summary>
    public const string Root = "Web:Root";

    private const string Page = "/index.html", Hashed = "/assets";

    // Best first: extension of the compressed file, by content coding.
    private static readonly (string Coding, string Extension)[] Codings = [("br", ".br"), ("gzip", ".gz")];

    // Nothing below these is a page of the application, whether it exists or not.
    private static readonly string[] NotPages = ["/v1", "/auth", "/odata", "/internal", "/health", "/alive", "/metrics", "/openapi", "/docs", "/r", "/.well-known", Hashed];

    /// <summary>To be used after routing: a request that has an endpoint is none for a file.</summary>
    public static void UseWebApplicationFiles(this WebApplication app)
    {
        var files = FilesOf(app);
        app.Use((context, next) =>
        {
            if (context.GetEndpoint() is null && (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)))
                Choose(context.Request, files);
            return next(context);
        });
        app.UseStaticFiles(new StaticFileOptions { FileProvider = files, ContentTypeProvider = new ContentTypes(), OnPrepareResponse = Describe });
    }

    private static IFileProvider FilesOf(WebApplication app)
    {
        if (app.Configuration[Root] is { Length: > 0 } configured)
        {
            var root = Path.GetFullPath(configured, app.Environment.ContentRootPath);
            if (File.Exists(root + Page)) return new PhysicalFileProvider(root);
        }

        return app.Environment.WebRootFileProvider;
    }

    private static void Choose(HttpRequest request, IFileProvider files)
    {
        var path = request.Path.Value is null or "" or "/" ? Page : request.Path.Value;
        if (!Exists(path))
        {
            if (!IsPage(request)) return;
            path = Page;
        }

        var accepted = request.GetTypedHeaders().AcceptEncoding;
        var (_, extension) = Codings.FirstOrDefault(coding =>
            accepted.Any(one => one.Value.Equals(coding.Coding, StringComparison.OrdinalIgnoreCase) && one.Quality is not 0) && Exists(path + coding.Extension));
        request.Path = path + extension;

        bool Exists(string file) => files.GetFileInfo(file) is { Exists: true, IsDirectory: false };
    }

    // A browser that goes somewhere accepts HTML; a program that asks for a wrong address is better told so.
    private static bool IsPage(HttpRequest request) =>
        !NotPages.Any(prefix => request.Path.StartsWithSegments(prefix, StringComparison.OrdinalIgnoreCase))
        && !Path.HasExtension(request.Path.Value)
        && request.GetTypedHeaders().Accept.Any(type => type.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase));

    private static void Describe(StaticFileResponseContext file)
    {
        var headers = file.Context.Response.Headers;
        headers[HeaderNames.CacheControl] =
            file.Context.Request.Path.StartsWithSegments(Hashed, StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "no-cache";
        headers[HeaderNames.Vary] = HeaderNames.AcceptEncoding;
        if (Codings.FirstOrDefault(coding => file.File.Name.EndsWith(coding.Extension, StringComparison.Ordinal)).Coding is { } used)
            headers[HeaderNames.ContentEncoding] = used;
    }

    /// <summary>A compressed file is what it was before.</summary>
    private sealed class ContentTypes : IContentTypeProvider
    {
        private readonly FileExtensionContentTypeProvider _known = new();

        public bool TryGetContentType(string subpath, out string contentType)
        {
            var plain = Codings.Aggregate(subpath, (path, coding) => path.EndsWith(coding.Extension, StringComparison.Ordinal) ? path[..^coding.Extension.Length] : path);
            var isKnown = _known.TryGetContentType(plain, out var found);
            contentType = found is "text/html" or "text/css" or "text/javascript" ? found + "; charset=utf-8" : found ?? "";
            return isKnown;
        }
    }
}
