using System.Net.Sockets;
using System.Text;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Native;

/// <summary>Runs Redis on loopback, with a password and an append-only file.</summary>
internal sealed class RedisProgram(RedisResource redis) : NativeProgram(redis)
{
    private Binary? _binary;

    public override PreflightRow Describe(DataDirectory data)
    {
        _binary = Find();
        return new PreflightRow(redis.Name, _binary?.Path ?? "missing", _binary?.Version ?? "-", Ports, Path.Combine(data.Path, redis.Name));
    }

    public override IEnumerable<string> FindProblems(DataDirectory data)
    {
        if ((_binary ??= Find()) is null)
            yield return $"{redis.Name}: Redis is not installed: install it (Debian, Ubuntu: apt-get install redis-server)";
    }

    public override async Task<ProcessSpecification> PrepareAsync(RunContext context, CancellationToken cancellationToken)
    {
        var home = context.Data.Directory(redis.Name);
        // In a file, because everybody can read command lines.
        var file = Path.Combine(home, "redis.conf");
        var password = await PasswordAsync(cancellationToken).ConfigureAwait(false);
        await File.WriteAllTextAsync(file, $"""
            bind 127.0.0.1
            port {redis.PrimaryEndpoint.Port}
            dir {home}
            daemonize no
            logfile ""
            appendonly yes
            appendfsync everysec
            {(password is null ? "protected-mode yes" : "requirepass " + password)}

            """, cancellationToken).ConfigureAwait(false);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new ProcessSpecification(redis.Name, _binary!.Path, [file], home, ServerEnvironment());
    }

    public override async Task<string?> ProbeAsync(RunContext context, CancellationToken cancellationToken)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", redis.PrimaryEndpoint.Port, cancellationToken).ConfigureAwait(false);
            var stream = client.GetStream();
            var password = await PasswordAsync(cancellationToken).ConfigureAwait(false);
            var request = (password is null ? "" : $"AUTH {password}\r\n") + "PING\r\n";
            await stream.WriteAsync(Encoding.UTF8.GetBytes(request), cancellationToken).ConfigureAwait(false);
            using var reader = new StreamReader(stream, Encoding.UTF8);
            while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
            {
                if (line == "+PONG")
                    return null;
                if (line != "+OK")
                    return line;
            }

            return "the connection was closed";
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return e.Message;
        }
    }

    private static Binary? Find() =>
        Binaries.OnPath("redis-server") is { } path ? new Binary(path, Binaries.VersionOf(path, "--version")) : null;

    private async Task<string?> PasswordAsync(CancellationToken cancellationToken) => redis.PasswordParameter is { } parameter
        ? await ValueAsync(parameter, cancellationToken).ConfigureAwait(false)
        : null;
}
