using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace QrPlatform.Seed.Sending;

/// <summary>The platform's public API, as one of its users or sources. Waits and asks again while a part is away.</summary>
internal sealed class PlatformClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly HttpClient _http;
    private readonly TimeProvider _clock;

    public PlatformClient(Uri gateway, TimeProvider clock, string? bearer = null)
    {
        _clock = clock;
        _http = new HttpClient { BaseAddress = gateway, Timeout = TimeSpan.FromMinutes(1) };
        if (bearer is not null) _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
    }

    /// <summary>A client with a user's token.</summary>
    public static async Task<PlatformClient> SignInAsync(Uri gateway, string user, string password, TimeProvider clock, CancellationToken cancellation)
    {
        using var anonymous = new PlatformClient(gateway, clock);
        var answer = await anonymous.SendAsync(HttpMethod.Post, "/auth/token", () => JsonContent.Create(new { username = user, password }), cancellation);
        return new PlatformClient(gateway, clock, answer.GetProperty("access_token").GetString());
    }

    /// <summary>Sends until there is an answer that does not ask to come again.</summary>
    /// <returns>The answer's JSON; undefined when it has none.</returns>
    /// <exception cref="HttpRequestException">The platform refused, or was away for two minutes.</exception>
    public async Task<JsonElement> SendAsync(HttpMethod method, string path, Func<HttpContent?> content, CancellationToken cancellation)
    {
        var until = _clock.GetUtcNow() + Patience;
        while (true)
        {
            TimeSpan wait;
            try
            {
                using var request = new HttpRequestMessage(method, path) { Content = content() };
                using var answer = await _http.SendAsync(request, cancellation);
                if (answer.IsSuccessStatusCode) return await ReadAsync(answer, cancellation);
                if (!ComesAgain(answer.StatusCode) || _clock.GetUtcNow() >= until)
                    throw new HttpRequestException($"{method} {path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellation)}", null, answer.StatusCode);
                wait = answer.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1);
            }
            catch (Exception failure) when (failure is HttpRequestException { StatusCode: null } or IOException && _clock.GetUtcNow() < until)
            {
                wait = TimeSpan.FromSeconds(1);
            }
            catch (TaskCanceledException) when (!cancellation.IsCancellationRequested && _clock.GetUtcNow() < until)
            {
                wait = TimeSpan.FromSeconds(1);
            }

            await Task.Delay(wait, _clock, cancellation);
        }
    }

    public Task<JsonElement> GetAsync(string path, CancellationToken cancellation) => SendAsync(HttpMethod.Get, path, static () => null, cancellation);

    public Task<JsonElement> PutAsync(string path, object body, CancellationToken cancellation) => SendAsync(HttpMethod.Put, path, () => Json(body), cancellation);

    public Task<JsonElement> PostAsync(string path, object body, CancellationToken cancellation) => SendAsync(HttpMethod.Post, path, () => Json(body), cancellation);

    public void Dispose() => _http.Dispose();

    private static JsonContent Json(object body) => JsonContent.Create(body, body.GetType());

    private static bool ComesAgain(HttpStatusCode status) =>
        status is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout;

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer, CancellationToken cancellation) =>
        answer.Content.Headers.ContentType?.MediaType == "application/json" ? await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation) : default;
}
