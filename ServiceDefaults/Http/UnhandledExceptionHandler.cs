using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace QrPlatform.ServiceDefaults.Http;

/// <summary>
/// The one place where an exception becomes an answer: a request that the server could not read is the client's fault (its own status),
/// a database that is away is 503 with <c>Retry-After</c>, and anything else is a bug, 500, without details.
/// </summary>
internal sealed class UnhandledExceptionHandler(IProblemDetailsService problems) : IExceptionHandler
{
    public ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        var (status, title, detail) = exception switch
        {
            BadHttpRequestException bad => (bad.StatusCode, "The request could not be read.", bad.Message),
            NpgsqlException { IsTransient: true } or NpgsqlException { SqlState: null } =>
                (StatusCodes.Status503ServiceUnavailable, "The database does not answer.", "Nothing was changed. Try again in a few seconds."),
            _ => (StatusCodes.Status500InternalServerError, "Something went wrong.", "The fault was logged. Nothing that was accepted before is lost."),
        };

        context.Response.StatusCode = status;
        if (status == StatusCodes.Status503ServiceUnavailable) context.Response.Headers.RetryAfter = "2";
        return problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = context,
            ProblemDetails = { Status = status, Title = title, Detail = detail },
        });
    }
}
