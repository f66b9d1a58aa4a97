using System.Security.Claims;
using Microsoft.Net.Http.Headers;
using Npgsql;
using QrPlatform.Gateway.Web;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Gateway.Identity;

/// <summary>
/// Turns away tokens of users who were changed or removed since, and ends what such a token has under way: a live stream, a long export.
/// </summary>
internal static class TokenVersionCheck
{
    public static void UseTokenVersionCheck(this WebApplication app) => app.Use(async (context, next) =>
    {
        if (context.User.FindFirstValue(PlatformClaims.Subject) is not { } user)
        {
            await next(context);
            return;
        }

        var (versions, time) = (context.RequestServices.GetRequiredService<TokenVersions>(), context.RequestServices.GetRequiredService<TimeProvider>());
        var version = context.User.FindFirstValue(TokenVersions.Claim);
        if (!await versions.HoldsAsync(user, version, context.RequestAborted))
        {
            context.Response.Headers[HeaderNames.WWWAuthenticate] = "Bearer error=\"invalid_token\"";
            await Problems.WriteAsync(context, StatusCodes.Status401Unauthorized, "The token no longer holds.", "Its user was changed or removed since. Get another one with POST /auth/token.");
            return;
        }

        using var ended = new CancellationTokenSource();
        var watching = WatchAsync(context, versions, user, version, time, ended.Token);
        try
        {
            await next(context);
        }
        finally
        {
            await ended.CancelAsync();
            await watching;
        }
    });

    private static async Task WatchAsync(HttpContext context, TokenVersions versions, string user, string? version, TimeProvider time, CancellationToken ended)
    {
        while (true)
        {
            await Task.Delay(TokenVersions.Age, time, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ended.IsCancellationRequested) return;
            try
            {
                if (await versions.HoldsAsync(user, version, CancellationToken.None)) continue;
            }
            catch (NpgsqlException)
            {
                // Nobody is changed while the database is away.
                continue;
            }

            context.Abort();
            return;
        }
    }
}
