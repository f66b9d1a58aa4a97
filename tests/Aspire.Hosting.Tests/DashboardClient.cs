using System.Net;
using System.Text.Json;
using Aspire.Hosting.Dashboard;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace QrPlatform.HostingTests;

/// <summary>The operations page of an application, asked as its scripts ask.</summary>
internal sealed class DashboardClient : IDisposable
{
    /// <summary>Gives an application a page on a port that is assigned.</summary>
    public const string Anywhere = "http://localhost:0";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private DashboardClient(Uri address, string token)
    {
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = address };
        Token = token;
    }

    public HttpClient Http { get; }

    public string Token { get; }

    public static DashboardClient Of(Stack stack)
    {
        var services = stack.Application.Services;
        var dashboard = services.GetRequiredService<Aspire.Hosting.ApplicationModel.DistributedApplicationModel>().Resources.OfType<DashboardResource>().Single();
        return new DashboardClient(new Uri(dashboard.Endpoint.AllocatedEndpoint!.UriString), services.GetRequiredService<IConfiguration>()["AppHost:BrowserToken"]!);
    }

    /// <summary>Logs in as by the link that is printed.</summary>
    public async Task<DashboardClient> LogInAsync()
    {
        using var answer = await Http.GetAsync($"/login?t={Token}");
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return this;
    }

    public async Task<JsonElement> ResourceAsync(string name)
    {
        var all = JsonDocument.Parse(await Http.GetStringAsync("/api/resources")).RootElement;
        return all.EnumerateArray().Single(r => r.GetProperty("name").GetString() == name);
    }

    public async Task<JsonElement> ReachesAsync(string name, string state)
    {
        using var deadline = new CancellationTokenSource(Patience);
        while (true)
        {
            var resource = await ResourceAsync(name);
            if (resource.GetProperty("state").GetString() == state)
                return resource;
            Assert.False(deadline.IsCancellationRequested, $"{name} does not become {state}: {resource}");
            await Task.Delay(50);
        }
    }

    public async Task<HttpResponseMessage> SendAsync(string name, string command)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/resources/{name}/{command}");
        request.Headers.Add("X-Operations-Action", command);
        return await Http.SendAsync(request);
    }

    public async Task DoAsync(string name, string command)
    {
        using var answer = await SendAsync(name, command);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Server-sent events, as they come.</summary>
    public async IAsyncEnumerable<(string Type, string Id, JsonElement Data)> EventsAsync(string path)
    {
        using var deadline = new CancellationTokenSource(Patience);
        await using var stream = await Http.GetStreamAsync(path, deadline.Token);
        await foreach (var item in System.Net.ServerSentEvents.SseParser.Create(stream).EnumerateAsync(deadline.Token))
            yield return (item.EventType, item.EventId ?? "", JsonDocument.Parse(item.Data).RootElement);
    }

    public void Dispose() => Http.Dispose();
}
