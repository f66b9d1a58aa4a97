using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Aspire.Hosting.Dashboard;

/// <summary>Lets people in: by the link that was printed, or by the token in it.</summary>
internal sealed class LoginEndpoints(Sessions sessions, GuessLimit guesses, int port)
{
    /// <summary>Cookies are of a host, whatever its port: stacks beside each other have one each.</summary>
    private readonly string _cookie = string.Create(CultureInfo.InvariantCulture, $"operations-{port}");

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/login", (HttpContext context, string? t) => t is null ? Page(StatusCodes.Status200OK) : Enter(context, t));
        routes.MapGet("/login/state", (HttpContext context) => TypedResults.Json(new { isLoggedIn = IsLoggedIn(context) }, DashboardJson.Options));
        routes.MapPost("/login", (Delegate)PostAsync);
        routes.MapPost("/logout", (HttpContext context) =>
        {
            if (!RequestGuard.IsSameOrigin(context.Request))
                return Results.StatusCode(StatusCodes.Status403Forbidden);
            sessions.End(context.Request.Cookies[_cookie]);
            context.Response.Cookies.Delete(_cookie);
            return Results.Redirect("/login");
        });
    }

    public bool IsLoggedIn(HttpContext context) => sessions.IsKnown(context.Request.Cookies[_cookie]);

    private static IResult Page(int status, string name = "login.html") => Assets.Page(name, status);

    private async Task<IResult> PostAsync(HttpContext context)
    {
        if (!RequestGuard.IsSameOrigin(context.Request))
            return Results.StatusCode(StatusCodes.Status403Forbidden);
        if (!context.Request.HasFormContentType)
            return Results.StatusCode(StatusCodes.Status415UnsupportedMediaType);
        var form = await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        return Enter(context, form["token"].ToString().Trim());
    }

    private IResult Enter(HttpContext context, string guess)
    {
        if (!guesses.IsOpen)
        {
            context.Response.Headers.RetryAfter = GuessLimit.Recovery.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            return Page(StatusCodes.Status429TooManyRequests, "login-later.html");
        }

        if (!sessions.IsToken(guess))
        {
            guesses.CountWrongGuess();
            return Page(StatusCodes.Status401Unauthorized, "login-wrong.html");
        }

        context.Response.Cookies.Append(_cookie, sessions.Begin(), new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Path = "/",
            MaxAge = Sessions.Lifetime,
        });
        return Results.Redirect("/");
    }
}
