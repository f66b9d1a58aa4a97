using System.Globalization;
using System.Net;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;
using QrPlatform.Gateway.Web;

namespace QrPlatform.Gateway.Identity;

/// <summary>Body of <c>POST /auth/token</c>.</summary>
internal sealed record TokenRequest(string? Username, string? Password);

/// <summary>Answer of <c>POST /auth/token</c>, as in RFC 6749, section 5.1.</summary>
internal sealed record TokenResponse(
    [property: JsonPropertyName("access_token")] string AccessToken,
    [property: JsonPropertyName("token_type")] string TokenType,
    [property: JsonPropertyName("expires_in")] int ExpiresIn);

/// <summary><c>POST /auth/token</c>: a user's name and password for a bearer token.</summary>
internal static class RequestToken
{
    private const int LongestText = 1024;
    private const int LargestBody = 16 * 1024;

    public static void Map(WebApplication app) =>
        app.MapPost("/auth/token", HandleAsync).AllowAnonymous().WithMetadata(new RequestSizeLimitAttribute(LargestBody));

    private static async Task<Results<Ok<TokenResponse>, ProblemHttpResult>> HandleAsync(
        TokenRequest request,
        HttpContext context,
        UserDirectory users,
        TokenIssuer tokens,
        GuessLimit limit,
        IdentityPreparation preparation,
        CancellationToken cancellationToken)
    {
        context.Response.Headers[HeaderNames.CacheControl] = "no-store";
        if (request is not { Username: { Length: > 0 and <= LongestText } name, Password: { Length: > 0 and <= LongestText } password })
            return TypedResults.Problem(statusCode: StatusCodes.Status400BadRequest, title: "'username' and 'password' are needed.");
        if (!preparation.IsDone)
            return Refuse(context, StatusCodes.Status503ServiceUnavailable, Problems.RetrySoon, "The gateway is still preparing its user directory.");

        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (!limit.TryBegin(address, name, out var retryAfter))
        {
            var seconds = Math.Ceiling(retryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            return Refuse(context, StatusCodes.Status429TooManyRequests, seconds, "Too many wrong passwords.");
        }

        if (await users.FindAsync(name, password, cancellationToken) is not { } user)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return TypedResults.Problem(statusCode: StatusCodes.Status401Unauthorized, title: "The user name or the password is wrong.");
        }

        limit.Forgive(address, name);
        return TypedResults.Ok(new TokenResponse(tokens.Issue(user), "Bearer", (int)TokenIssuer.Life.TotalSeconds));
    }

    private static ProblemHttpResult Refuse(HttpContext context, int status, string retryAfter, string title)
    {
        context.Response.Headers.RetryAfter = retryAfter;
        return TypedResults.Problem(statusCode: status, title: title);
    }
}
