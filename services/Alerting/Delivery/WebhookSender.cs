using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace QrPlatform.Alerting.Delivery;

/// <summary>
/// Posts a message as Standard Webhooks has it. The address is looked at after its name was resolved, on every try, so that no name leads into
/// a private network; redirects are not followed, and of the answer only the status is read.
/// </summary>
internal sealed class WebhookSender : IDisposable
{
    private readonly HttpClient _client;
    private readonly WebhookSecrets _secrets;
    private readonly string _publicUrl;
    private readonly TimeProvider _clock;
    private readonly string _allowed;

    public WebhookSender(WebhookSecrets secrets, IOptions<AlertingOptions> options, IHostEnvironment environment, TimeProvider clock)
    {
        (_secrets, _clock, _publicUrl) = (secrets, clock, options.Value.PublicUrl);
        _allowed = options.Value.Delivery.WebhookAddresses ?? (environment.IsDevelopment() ? "loopback" : "public");
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false, ConnectCallback = ConnectAsync, PooledConnectionLifetime = TimeSpan.FromMinutes(1) })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public async Task<Attempt> SendAsync(DueDelivery delivery, CancellationToken cancellationToken)
    {
        try
        {
            using var request = Compose(delivery);
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            var status = (int)response.StatusCode;
            return status switch
            {
                >= 200 and < 300 => new Attempt.Delivered(),
                410 => new Attempt.Refused("The endpoint is gone (410)."),
                _ => new Attempt.Postponed($"The endpoint answered {status}.", response.Headers.RetryAfter?.Delta),
            };
        }
        catch (HttpRequestException exception) when (exception.InnerException is ForbiddenAddressException forbidden)
        {
            return new Attempt.Refused(forbidden.Message);
        }
        catch (HttpRequestException exception)
        {
            return new Attempt.Postponed($"The endpoint is not reachable ({exception.HttpRequestError}).");
        }
        catch (CryptographicException)
        {
            return new Attempt.Refused("The endpoint's secret cannot be opened; state it again in the rule.");
        }
    }

    public void Dispose() => _client.Dispose();

    private HttpRequestMessage Compose(DueDelivery delivery)
    {
        var message = delivery.Message;
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new { type = "incident." + message.About, timestamp = delivery.CreatedAt.ToUniversalTime(), data = message, link = new MessageText(message, _publicUrl).Link }, JsonSerializerOptions.Web);
        var (id, timestamp) = ($"msg_{delivery.Id:N}", _clock.GetUtcNow().ToUnixTimeSeconds());
        var request = new HttpRequestMessage(HttpMethod.Post, delivery.Target) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation("webhook-signature", WebhookSecret.Sign(_secrets.Open(delivery.TenantId, delivery.Target, delivery.SealedSecret!), id, timestamp, body));
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("QrPlatform", "1"));
        return request;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellationToken);
        if (addresses.Length == 0) throw new SocketException((int)SocketError.HostNotFound);
        if (addresses.Any(address => !PublicAddresses.Allow(address, _allowed)))
            throw new ForbiddenAddressException("The endpoint's address is not a public one; private networks are not called (Alerting:Delivery:WebhookAddresses).");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class ForbiddenAddressException(string message) : Exception(message);
}
