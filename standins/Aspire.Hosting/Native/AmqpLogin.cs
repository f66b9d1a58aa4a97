using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Aspire.Hosting.Native;

/// <summary>The first steps of an AMQP 0-9-1 connection: enough to see that a broker answers and takes a password.</summary>
internal static class AmqpLogin
{
    private const byte MethodFrame = 1;
    private const byte FrameEnd = 0xCE;
    private const ushort ConnectionClass = 10;
    private const ushort StartOk = 11;
    private const ushort Tune = 30;

    private static readonly byte[] ProtocolHeader = [(byte)'A', (byte)'M', (byte)'Q', (byte)'P', 0, 0, 9, 1];

    /// <returns>Whether the broker goes on after having seen user and password.</returns>
    /// <exception cref="SocketException">Nobody listens.</exception>
    /// <exception cref="IOException">The broker closed the connection before asking for a password.</exception>
    public static async Task<bool> TryAsync(int port, string user, string password, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port, cancellationToken).ConfigureAwait(false);
        var stream = client.GetStream();
        await stream.WriteAsync(ProtocolHeader, cancellationToken).ConfigureAwait(false);
        await ReadMethodAsync(stream, cancellationToken).ConfigureAwait(false);
        await stream.WriteAsync(StartOkFrame(user, password), cancellationToken).ConfigureAwait(false);
        try
        {
            return await ReadMethodAsync(stream, cancellationToken).ConfigureAwait(false) == Tune;
        }
        catch (EndOfStreamException)
        {
            // Brokers say no to a wrong password by closing, after a while.
            return false;
        }
    }

    private static byte[] StartOkFrame(string user, string password)
    {
        var payload = new List<byte>();
        Short(payload, ConnectionClass);
        Short(payload, StartOk);
        // No client properties; mechanism, response, locale. The capability to be told why is not claimed.
        Long(payload, []);
        payload.AddRange([5, .. "PLAIN"u8]);
        Long(payload, Encoding.UTF8.GetBytes($"\0{user}\0{password}"));
        payload.AddRange([5, .. "en_US"u8]);

        var frame = new List<byte> { MethodFrame, 0, 0 };
        Long(frame, [.. payload]);
        frame.Add(FrameEnd);
        return [.. frame];
    }

    private static async Task<ushort> ReadMethodAsync(Stream stream, CancellationToken cancellationToken)
    {
        var header = new byte[7];
        await stream.ReadExactlyAsync(header, cancellationToken).ConfigureAwait(false);
        var rest = new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(3)) + 1];
        await stream.ReadExactlyAsync(rest, cancellationToken).ConfigureAwait(false);
        return BinaryPrimitives.ReadUInt16BigEndian(rest.AsSpan(2));
    }

    private static void Short(List<byte> to, ushort value) => to.AddRange([(byte)(value >> 8), (byte)value]);

    private static void Long(List<byte> to, byte[] value)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, value.Length);
        to.AddRange(length);
        to.AddRange(value);
    }
}
