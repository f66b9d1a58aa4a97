using System.Net;
using System.Net.Sockets;

namespace QrPlatform.ServiceDefaults.Tests;

/// <summary>
/// Stands between a bus and its broker, and is the network of a broker that comes back under load: connections can be cut, and the next one that
/// declares a queue gets no answer to that until it gives up waiting.
/// </summary>
internal sealed class StallingProxy : IAsyncDisposable
{
    // AMQP 0-9-1, 2.3.5: a method's frame is type 1, channel (2 octets), size (4), then class and method; queue.declare is 50, 10, channel.close 20, 40.
    private const int FrameHeader = 7, ProtocolHeader = 8;
    private static readonly byte[] QueueDeclare = [0, 50, 0, 10], ChannelClose = [0, 20, 0, 40];

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _stalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Uri _broker;
    private readonly List<TcpClient> _clients = [];
    private readonly Task _accepting;
    private int _stallNext;

    public StallingProxy(Uri broker)
    {
        _broker = broker;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>What the bus connects to.</summary>
    public Uri Address => new UriBuilder(_broker) { Port = ((IPEndPoint)_listener.LocalEndpoint).Port }.Uri;

    /// <summary>Completes when a declaration stays without an answer.</summary>
    public Task Stalled => _stalled.Task;

    /// <summary>Cuts every connection; what declares a queue next gets no answer.</summary>
    public void CutAndStall()
    {
        Volatile.Write(ref _stallNext, 1);
        TcpClient[] cut;
        lock (_clients) cut = [.. _clients];
        foreach (var client in cut) client.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var forwarded = new List<Task>();
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                forwarded.Add(ForwardAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                break;
            }
        }

        await Task.WhenAll(forwarded);
    }

    private async Task ForwardAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            lock (_clients) _clients.Add(client);
            try
            {
                await server.ConnectAsync(_broker.Host, _broker.Port, _stop.Token);
                await Task.WhenAny(SendAsync(client.GetStream(), server.GetStream()), server.GetStream().CopyToAsync(client.GetStream(), _stop.Token));
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return; // one side went
            }
            finally
            {
                lock (_clients) _clients.Remove(client);
            }
        }
    }

    private async Task SendAsync(NetworkStream client, NetworkStream server)
    {
        var header = new byte[ProtocolHeader];
        await client.ReadExactlyAsync(header, _stop.Token);
        await server.WriteAsync(header, _stop.Token);
        var held = new List<byte[]>();
        while (true)
        {
            var frame = await ReadFrameAsync(client);
            var method = frame.AsMemory(FrameHeader);
            if (method.Span.StartsWith(QueueDeclare) && Interlocked.Exchange(ref _stallNext, 0) == 1) _stalled.TrySetResult();
            else if (held.Count == 0)
            {
                await server.WriteAsync(frame, _stop.Token);
                continue;
            }

            held.Add(frame);
            if (!method.Span.StartsWith(ChannelClose)) continue;
            foreach (var late in held) await server.WriteAsync(late, _stop.Token);
            held.Clear();
        }
    }

    private async Task<byte[]> ReadFrameAsync(NetworkStream client)
    {
        var header = new byte[FrameHeader];
        await client.ReadExactlyAsync(header, _stop.Token);
        var size = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(3));
        var frame = new byte[FrameHeader + size + 1];
        header.CopyTo(frame, 0);
        await client.ReadExactlyAsync(frame.AsMemory(FrameHeader), _stop.Token);
        return frame;
    }
}
