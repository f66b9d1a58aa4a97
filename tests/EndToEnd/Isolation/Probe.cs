using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace QrPlatform.EndToEnd.Isolation;

/// <summary>One request of the probe.</summary>
/// <param name="Row">The route's row.</param>
/// <param name="Caller">Who asks.</param>
/// <param name="Address">The gateway, or the service itself.</param>
/// <param name="Target">Path and query.</param>
/// <param name="About">Whose things are asked for.</param>
internal sealed record Ask(RouteRow Row, Caller Caller, Uri Address, string Target, Belongings? About)
{
    public string? Body { get; init; }

    /// <summary>Whether it also claims another tenant, in headers and parameters that nobody reads.</summary>
    public bool Claims { get; init; }

    /// <summary>Whether what is asked for is not the caller's.</summary>
    public bool IsForeign => About is not null && Caller.Foreign.Contains(About);
}

/// <summary>Asks, and judges the answers by <see cref="RouteTable"/>.</summary>
internal sealed class Probe : IDisposable
{
    private const int MostRead = 4 << 20, TooMany = 429;

    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(30) };
    private readonly ConcurrentQueue<string> _found = new();
    private int _asked;

    /// <summary>What is not as it should be.</summary>
    public IReadOnlyList<string> Found => [.. _found];

    /// <summary>How many requests were made.</summary>
    public int Asked => _asked;

    public void Dispose() => _client.Dispose();

    /// <summary>Sends all of them, some at a time.</summary>
    /// <param name="asks">The requests.</param>
    /// <param name="atOnce">How many at a time.</param>
    public Task RunAsync(IEnumerable<Ask> asks, int atOnce = 6) =>
        Parallel.ForEachAsync(asks, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (ask, _) =>
        {
            Interlocked.Increment(ref _asked);
            var (status, text) = await SendAsync(ask);
            for (var again = 0; status == TooMany && ask.Row.Allowed != Who.Everybody && again < 200; again++)
            {
                await Task.Delay(50, CancellationToken.None);
                (status, text) = await SendAsync(ask);
            }

            if (Fault(ask, status, text) is { } fault)
                _found.Enqueue($"{ask.Row.Service}: {ask.Row.Method} {ask.Target} of {ask.Address.Port} by {ask.Caller.Name}{(ask.Claims ? " claiming another tenant" : "")}: {status} {fault}: {(text.Length > 160 ? text[..160] : text)}");
        });

    private async Task<(int Status, string Text)> SendAsync(Ask ask)
    {
        using var request = new HttpRequestMessage(new HttpMethod(ask.Row.Method), new Uri(ask.Address, ask.Target));
        request.Headers.Authorization = Callers.HeaderOf(ask.Caller);
        if (ask.Body is { } body) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (ask.Claims)
        {
            foreach (var name in (string[])["X-Tenant", "X-Tenant-Id", "X-Forwarded-Tenant", "X-Forwarded-User"])
                request.Headers.Add(name, ask.Caller.Foreign[^1].Tenant);
        }

        using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var limit = new CancellationTokenSource(ask.Row.IsStream ? TimeSpan.FromSeconds(1.5) : TimeSpan.FromSeconds(30));
        var text = new StringBuilder();
        try
        {
            using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(limit.Token));
            var buffer = new char[8192];
            while (text.Length < MostRead && await reader.ReadAsync(buffer, limit.Token) is > 0 and var read) text.Append(buffer, 0, read);
        }
        catch (OperationCanceledException) when (ask.Row.IsStream)
        {
            // A stream has no end; what came until now is looked at.
            return ((int)answer.StatusCode, text.ToString());
        }

        return ((int)answer.StatusCode, text.ToString());
    }

    private static string? Fault(Ask ask, int status, string text)
    {
        var expected = Expected(ask);
        if (expected.Length > 0 && !expected.Contains(status)) return $"instead of {string.Join(" or ", expected)}";
        if (status >= 500) return "is a fault of the service";
        var asked = ask.Target + ask.Body;
        foreach (var foreign in ask.Caller.Foreign)
        {
            if (text.Contains(foreign.Mark, StringComparison.OrdinalIgnoreCase)) return $"tells what belongs to {foreign.Mark}";
            if (foreign.Ids.FirstOrDefault(id => text.Contains(id, StringComparison.Ordinal) && !asked.Contains(id, StringComparison.Ordinal)) is { } id) return $"names {id}";
        }

        if (ask.Caller.ForeignAmounts.FirstOrDefault(amount => text.Contains(amount, StringComparison.Ordinal)) is { } sum) return $"counts {sum}, which is not the caller's";
        var isAnswer = status is >= 200 and < 300 && !ask.IsForeign && ask.Caller is { Role: not null, IsOdd: false };
        if (isAnswer && ask.Row.Shows && !ask.Caller.Own.Any(own => text.Contains(own.Mark, StringComparison.OrdinalIgnoreCase) || own.Ids.Append(own.Campaign).Any(id => text.Contains(id, StringComparison.Ordinal))))
            return "does not show the caller's own, and so proves nothing";
        return null;
    }

    // Empty where any answer but a fault will do.
    private static int[] Expected(Ask ask)
    {
        var (row, caller) = (ask.Row, ask.Caller);
        switch (row.Allowed)
        {
            case Who.Everybody: return [];
            case Who.Services: return [(int)HttpStatusCode.Unauthorized, (int)HttpStatusCode.NotFound, (int)HttpStatusCode.BadRequest];
            case Who.IngestKeys: return caller.HasIngestKey ? row.Own : [(int)HttpStatusCode.Unauthorized];
        }

        if (caller.Role is not { } role) return [(int)HttpStatusCode.Unauthorized];
        if (row.Allowed[role] != 'a') return caller.IsOdd ? [401, 403] : [(int)HttpStatusCode.Forbidden];
        if (caller.IsOdd) return row.Writes ? [.. row.Own, .. row.Foreign, 400, 401, 403, 404, 409, 422] : [.. row.Own, .. row.Foreign, 400, 401, 403, 404];
        if (ask.Claims) return [.. row.Own, 400];
        return ask.IsForeign ? row.Foreign : row.Own;
    }
}
