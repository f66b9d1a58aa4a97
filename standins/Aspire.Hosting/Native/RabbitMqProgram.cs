using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Native;

/// <summary>Runs RabbitMQ on loopback, with a node name, a cookie and an epmd of its own.</summary>
internal sealed class RabbitMqProgram(RabbitMQServerResource broker) : NativeProgram(broker)
{
    private readonly int _epmdPort = PortTable.Assign();
    private readonly int _distributionPort = PortTable.Assign();
    private string? _binary;
    private string? _epmd;
    private bool _hasLoggedIn;

    /// <summary>With its management plugin it takes 5 to 6 s to end, however idle it is.</summary>
    public override TimeSpan Grace => TimeSpan.FromSeconds(8);

    public override PreflightRow Describe(DataDirectory data)
    {
        Find();
        return new PreflightRow(broker.Name, _binary ?? "missing", Version(), Ports, Path.Combine(data.Path, broker.Name));
    }

    public override IEnumerable<string> FindProblems(DataDirectory data)
    {
        Find();
        if (_binary is null)
            yield return $"{broker.Name}: RabbitMQ is not installed: install it (Debian, Ubuntu: apt-get install rabbitmq-server)";
        else if (_epmd is null)
            yield return $"{broker.Name}: epmd is not installed: install it (Debian, Ubuntu: apt-get install erlang-base)";
    }

    /// <summary>
    /// The port mapper, as a process that is ended with the rest: started by the broker it would put itself outside of its session,
    /// and stay.
    /// </summary>
    public override IReadOnlyList<ProcessSpecification> Companions(RunContext context) =>
    [
        new ProcessSpecification(
            broker.Name + "-epmd", _epmd!, ["-port", Text(_epmdPort), "-address", "127.0.0.1"], context.Data.Directory(broker.Name),
            ServerEnvironment()),
    ];

    public override async Task<ProcessSpecification> PrepareAsync(RunContext context, CancellationToken cancellationToken)
    {
        _hasLoggedIn = false;
        var home = context.Data.Directory(broker.Name);
        var configuration = Path.Combine(home, "rabbitmq.conf");
        await File.WriteAllTextAsync(configuration, await ConfigurationAsync(cancellationToken).ConfigureAwait(false), cancellationToken)
            .ConfigureAwait(false);
        File.SetUnixFileMode(configuration, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var plugins = Path.Combine(home, "enabled_plugins");
        await File.WriteAllTextAsync(plugins, Management is null ? "[].\n" : "[rabbitmq_management].\n", cancellationToken).ConfigureAwait(false);

        // The data's directory is named after the node, so the name is kept like the data.
        var node = context.Data.Secret(broker.Name + "-node", () => "qr" + RandomNumberGenerator.GetHexString(8, lowercase: true));
        return new ProcessSpecification(broker.Name, _binary!, [], home, ServerEnvironment(
            ("HOME", home),
            ("ERL_EPMD_PORT", Text(_epmdPort)),
            // A dump of memory would hold messages.
            ("ERL_CRASH_DUMP_SECONDS", "0"),
            ("RABBITMQ_NODENAME", node + "@localhost"),
            ("RABBITMQ_DIST_PORT", Text(_distributionPort)),
            ("RABBITMQ_CONFIG_FILE", configuration),
            ("RABBITMQ_CONF_ENV_FILE", "/dev/null"),
            ("RABBITMQ_ENABLED_PLUGINS_FILE", plugins),
            ("RABBITMQ_MNESIA_BASE", context.Data.Directory(broker.Name, "data")),
            ("RABBITMQ_LOG_BASE", home),
            ("RABBITMQ_LOGS", "-"),
            // The script then becomes the broker, instead of waiting beside it.
            ("RUNNING_UNDER_SYSTEMD", "true"),
            // Loopback for the nodes' own connections, and no busy waiting.
            ("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
                "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none")));
    }

    public override async Task<string?> ProbeAsync(RunContext context, CancellationToken cancellationToken)
    {
        try
        {
            if (_hasLoggedIn)
            {
                // The broker's log gets a warning for every login that is broken off.
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", broker.PrimaryEndpoint.Port, cancellationToken).ConfigureAwait(false);
                return null;
            }

            _hasLoggedIn = await AmqpLogin.TryAsync(
                broker.PrimaryEndpoint.Port, await ValueAsync(broker.UserNameReference, cancellationToken).ConfigureAwait(false),
                await ValueAsync(broker.PasswordParameter, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            return _hasLoggedIn
                ? null
                : $"the password kept in {context.Data.Directory("secrets")} is not the one of the data in {context.Data.Directory(broker.Name)}";
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return e.Message;
        }
    }

    private EndpointAnnotation? Management => Endpoints.FirstOrDefault(e => e.Name == RabbitMQServerResource.ManagementEndpointName);

    private async Task<string> ConfigurationAsync(CancellationToken cancellationToken) => $"""
        listeners.tcp.1 = 127.0.0.1:{broker.PrimaryEndpoint.Port}
        default_user = {await ValueAsync(broker.UserNameReference, cancellationToken).ConfigureAwait(false)}
        default_pass = {await ValueAsync(broker.PasswordParameter, cancellationToken).ConfigureAwait(false)}
        default_user_tags.administrator = true
        log.console = true
        log.console.level = info
        disk_free_limit.absolute = 100MB
        raft.wal_max_size_bytes = 67108864
        {(Management is { } management
            ? $"management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {management.AllocatedEndpoint!.Port}"
            : "")}

        """;

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);

    private void Find()
    {
        _binary ??= Binaries.FindRabbitMq();
        _epmd ??= Binaries.OnPath("epmd");
    }

    private string Version()
    {
        // Asking the program would start a virtual machine.
        if (_binary is null)
            return "-";
        var libraries = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(_binary))!, "lib");
        const string prefix = "rabbitmq_server-";
        return Directory.Exists(libraries)
            ? Directory.GetDirectories(libraries, prefix + "*").Select(d => Path.GetFileName(d)[prefix.Length..]).FirstOrDefault() ?? "?"
            : "?";
    }
}
