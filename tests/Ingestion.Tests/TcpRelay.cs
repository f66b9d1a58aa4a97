using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace QrPlatform.Ingestion.Tests;

/// <summary>A way to a server that a test can close (connections are refused or cut) and open. Starts closed.</summary>
internal sealed class TcpRelay : IAsyncDisposable
{
    private readonly string _host;
    private readonly int _port;
    private readonly ConcurrentDictionary<TcpClient, byte> _connections = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _accepting;
    private volatile bool _open;

    public TcpRelay(string host, int port)
    {
        _host = host;
        _port = port;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The same address, by way of the relay.</summary>
    public Uri Through(Uri server) => new UriBuilder(server) { Host = "127.0.0.1", Port = Port }.Uri;

    public void Open() => _open = true;

    /// <summary>Resets what is connected, and refuses what comes.</summary>
    public void Cut()
    {
        _open = false;
        foreach (var connection in _connections.Keys) Reset(connection);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Cut();
        await _accepting;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var near = await _listener.AcceptTcpClientAsync(_stop.Token);
                if (_open) _ = RelayAsync(near);
                else Reset(near);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed of.
        }
    }

    private async Task RelayAsync(TcpClient near)
    {
        using var far = new TcpClient();
        _connections[near] = _connections[far] = 0;
        try
        {
            await far.ConnectAsync(_host, _port, _stop.Token);
            await Task.WhenAny(near.GetStream().CopyToAsync(far.GetStream(), _stop.Token), far.GetStream().CopyToAsync(near.GetStream(), _stop.Token));
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // One end is gone: both go.
        }
        finally
        {
            _connections.TryRemove(near, out _);
            _connections.TryRemove(far, out _);
            Reset(near);
        }
    }

    private static void Reset(TcpClient connection)
    {
        if (connection.Client is { } socket) socket.LingerState = new LingerOption(true, 0);
        connection.Dispose();
    }
}
