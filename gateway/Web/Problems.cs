namespace QrPlatform.Gateway.Web;

/// <summary>The gateway's own refusals as RFC 9457 problem details, whatever the caller accepts.</summary>
internal static class Problems
{
    /// <summary>Seconds after which a part that is away is worth another try.</summary>
    public const string RetrySoon = "2";

    public static Task WriteAsync(HttpContext context, int status, string? title = null, string? detail = null) =>
        TypedResults.Problem(statusCode: status, title: title, detail: detail).ExecuteAsync(context);

    /// <summary>Gives a body to errors that have none: no such route, no token, wrong role.</summary>
    public static void UseProblemsForEmptyErrors(this WebApplication app) => app.UseStatusCodePages(status =>
    {
        var (title, detail) = status.HttpContext.Response.StatusCode switch
        {
            StatusCodes.Status401Unauthorized => ("A valid token is needed.", "Get one with POST /auth/token and send it as 'Authorization: Bearer <token>'."),
            StatusCodes.Status403Forbidden => ("The token's role may not do this.", (string?)null),
            StatusCodes.Status404NotFound => ("There is nothing here.", null),
            _ => (null, null),
        };
        return WriteAsync(status.HttpContext, status.HttpContext.Response.StatusCode, title, detail);
    });
}
