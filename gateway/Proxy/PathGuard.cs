using System.Buffers;
using Microsoft.AspNetCore.Http.Features;
using QrPlatform.Gateway.Web;

namespace QrPlatform.Gateway.Proxy;

/// <summary>
/// Keeps <c>/internal/**</c>, where services talk among themselves, from being reached by any spelling: a path that some server further on may
/// read as another one (encoded twice, backslashes, dot segments, doubled slashes) is judged by what it can become.
/// </summary>
internal static class PathGuard
{
    private const string Internal = "internal";

    // Without any of these a path can be read in one way only.
    private static readonly SearchValues<string> Tricks = SearchValues.Create(["%", "\\", ";", "//", "/."], StringComparison.Ordinal);

    public static void UsePathGuard(this WebApplication app) => app.Use((context, next) =>
        MayPass(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, context.Request.Path)
            ? next(context)
            : Problems.WriteAsync(context, StatusCodes.Status404NotFound, "There is nothing here."));

    /// <summary>Whether a request may go on: its path neither leads to <c>/internal</c> nor changes its meaning when it is decoded again.</summary>
    /// <param name="rawTarget">The request line's target, as it was sent.</param>
    /// <param name="path">The path as the server reads it: decoded once, dot segments resolved.</param>
    public static bool MayPass(string rawTarget, PathString path)
    {
        var read = path.Value ?? "/";
        if (rawTarget.StartsWith('/') && !rawTarget.AsSpan().ContainsAny(Tricks))
            return !path.StartsWithSegments("/" + Internal, StringComparison.OrdinalIgnoreCase);
        return !LeadsInside(read) && IsPlain(read) && !LeadsInside(PathOf(rawTarget));
    }

    // Nothing on the way may find a dot segment, or another path, in what is left encoded after the first reading.
    private static bool IsPlain(string path)
    {
        if (!path.AsSpan().ContainsAny('%', '\\')) return !HasDotSegment(path);
        return !HasDotSegment(FullyDecoded(path));
    }

    private static bool LeadsInside(string path)
    {
        var depth = new Stack<string>();
        foreach (var segment in Segments(path.AsSpan().ContainsAny('%', '\\') ? FullyDecoded(path) : path))
        {
            if (segment == "..") depth.TryPop(out _);
            else if (segment != ".") depth.Push(segment);
        }

        return depth.Count > 0 && depth.Last().TrimEnd('.').Equals(Internal, StringComparison.OrdinalIgnoreCase);
    }

    private static bool HasDotSegment(string path) => Segments(path).Any(segment => segment is "." or "..");

    // Some servers cut parameters off a segment (";a=b").
    private static IEnumerable<string> Segments(string path) =>
        path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(segment => segment.Split(';')[0].Trim(' ', '\0', '\t'));

    private static string FullyDecoded(string path)
    {
        for (var previous = ""; previous != path;)
        {
            previous = path;
            path = Uri.UnescapeDataString(path).Replace('\\', '/');
        }

        return path;
    }

    private static string PathOf(string rawTarget)
    {
        var target = rawTarget.AsSpan();
        if (!target.StartsWith("/") && target.IndexOf("://", StringComparison.Ordinal) is var scheme and > 0)
        {
            var authority = target[(scheme + 3)..];
            target = authority.IndexOf('/') is var slash and >= 0 ? authority[slash..] : "/";
        }

        return (target.IndexOf('?') is var query and >= 0 ? target[..query] : target).ToString();
    }
}
