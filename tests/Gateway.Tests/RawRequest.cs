using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace QrPlatform.Gateway.Tests;

/// <summary>Sends a request line exactly as it is written; clients would tidy the path up.</summary>
internal static class RawRequest
{
    public static async Task<int> StatusAsync(Uri server, string method, string target, string headers = "")
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port);
        await using var stream = client.GetStream();
        var request = $"{method} {target} HTTP/1.1\r\nHost: {server.Authority}\r\nConnection: close\r\nContent-Length: 0\r\n{headers}\r\n";
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        using var reader = new StreamReader(stream, Encoding.Latin1);
        var status = await reader.ReadLineAsync() ?? throw new IOException("The server closed the connection without an answer.");
        await reader.ReadToEndAsync();
        return int.Parse(status.Split(' ')[1], CultureInfo.InvariantCulture);
    }
}
