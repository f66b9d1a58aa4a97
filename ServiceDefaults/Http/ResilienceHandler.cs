using System.Net;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace QrPlatform.ServiceDefaults.Http;

/// <summary>
/// The usual pipeline for calls between services: a limit for the whole call, retries of what surely can be repeated
/// (GET, HEAD, and requests marked by <see cref="Idempotent"/>), a circuit breaker, a limit for each try.
/// </summary>
public sealed class ResilienceHandler : DelegatingHandler
{
    /// <summary>Marks a POST whose repetition changes nothing, so that it may be retried.</summary>
    public static readonly HttpRequestOptionsKey<bool> Idempotent = new("QrPlatform.Idempotent");

    private static readonly ResiliencePropertyKey<HttpRequestMessage> Request = new("request");

    private readonly ResiliencePipeline<HttpResponseMessage> _pipeline = new ResiliencePipelineBuilder<HttpResponseMessage>()
        .AddTimeout(TimeSpan.FromSeconds(30))
        .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
        {
            MaxRetryAttempts = 3,
            Delay = TimeSpan.FromMilliseconds(200),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = arguments => ValueTask.FromResult(MayRepeat(arguments.Context) && IsTransient(arguments.Outcome)),
        })
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions<HttpResponseMessage>
        {
            FailureRatio = 0.5,
            MinimumThroughput = 20,
            SamplingDuration = TimeSpan.FromSeconds(10),
            BreakDuration = TimeSpan.FromSeconds(1),
            ShouldHandle = arguments => ValueTask.FromResult(IsTransient(arguments.Outcome)),
        })
        .AddTimeout(TimeSpan.FromSeconds(10))
        .Build();

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(Request, request);
        try
        {
            return await _pipeline.ExecuteAsync(
                async inner => await base.SendAsync(request, inner.CancellationToken).ConfigureAwait(false), context).ConfigureAwait(false);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static bool MayRepeat(ResilienceContext context) =>
        context.Properties.TryGetValue(Request, out var request)
        && (request.Method == HttpMethod.Get || request.Method == HttpMethod.Head || (request.Options.TryGetValue(Idempotent, out var marked) && marked));

    private static bool IsTransient(Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        { Exception: HttpRequestException or TimeoutRejectedException } => true,
        { Result.StatusCode: HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests } => true,
        { Result.StatusCode: >= HttpStatusCode.InternalServerError } => true,
        _ => false,
    };
}
