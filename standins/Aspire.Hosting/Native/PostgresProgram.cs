using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Npgsql;

namespace Aspire.Hosting.Native;

/// <summary>Runs PostgreSQL on loopback, in UTC, never as root.</summary>
internal sealed class PostgresProgram(PostgresServerResource server) : NativeProgram(server)
{
    private const string InstallHint = "install it (Debian, Ubuntu: apt-get install postgresql)";

    private Binary? _binary;

    /// <summary>Written once; an operator may change it afterwards.</summary>
    private static string InitialConfiguration(bool isEphemeral) => $"""

        # Written by QrPlatform when the data directory was made.
        timezone = 'UTC'
        log_timezone = 'UTC'
        max_connections = 200
        max_wal_size = '4GB'
        password_encryption = 'scram-sha-256'
        {(isEphemeral ? "fsync = off\nfull_page_writes = off" : "")}
        """;

    public override PreflightRow Describe(DataDirectory data)
    {
        _binary = Find(data);
        return new PreflightRow(server.Name, _binary?.Path ?? "missing", _binary?.Version ?? "-", Ports, Home(data));
    }

    public override IEnumerable<string> FindProblems(DataDirectory data)
    {
        _binary ??= Find(data);
        if (_binary is null)
            yield return $"{server.Name}: PostgreSQL is not installed: {InstallHint}";
        else if (VersionOfData(data) is { } kept && kept != Major(_binary))
            yield return $"{server.Name}: the data in {DataIn(data)} was written by PostgreSQL {kept}, but {Major(_binary)} is installed: "
                + $"install PostgreSQL {kept}, or choose another {DataDirectory.ConfigurationKey}";
    }

    public override async Task<ProcessSpecification> PrepareAsync(RunContext context, CancellationToken cancellationToken)
    {
        var data = context.Data;
        var home = data.Directory(server.Name);
        if (DataDirectory.ServerUser is { } user)
            DataDirectory.Give(home, user);
        if (VersionOfData(data) is null)
            await InitialiseAsync(context, cancellationToken).ConfigureAwait(false);
        else
            await ClearAfterCrashAsync(DataIn(data), cancellationToken).ConfigureAwait(false);
        return Specification(server.Name, _binary!.Path,
        [
            "-D", DataIn(data), "-p", server.PrimaryEndpoint.Port.ToString(CultureInfo.InvariantCulture),
            "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
        ], home);
    }

    public override async Task<string?> ProbeAsync(RunContext context, CancellationToken cancellationToken)
    {
        try
        {
            await ExecuteAsync("select 1", cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InvalidPassword)
        {
            return $"the password kept in {context.Data.Directory("secrets")} is not the one of the data in {DataIn(context.Data)}";
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
        {
            return e.Message;
        }
    }

    /// <summary>Creates the databases of the model.</summary>
    public override async Task CompleteAsync(RunContext context, CancellationToken cancellationToken)
    {
        foreach (var database in server.Databases.Values)
        {
            var known = await ExecuteAsync($"select 1 from pg_database where datname = {Literal(database)}", cancellationToken).ConfigureAwait(false);
            if (known is null)
                await ExecuteAsync($"create database \"{database.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", cancellationToken)
                    .ConfigureAwait(false);
        }
    }

    private static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string Major(Binary binary) => binary.Version.Split('.')[0];

    private static ProcessSpecification Specification(string name, string program, IReadOnlyList<string> arguments, string home) =>
        new(name, program, arguments, home, ServerEnvironment())
        {
            User = DataDirectory.ServerUser,
            // The fast shutdown: sessions are ended, not waited for.
            StopSignal = ProcessTable.SignalInterrupt,
        };

    private static async Task ClearAfterCrashAsync(string dataDirectory, CancellationToken cancellationToken)
    {
        // Backends notice the death of their postmaster and end; a new one refuses to start before they have.
        for (var tries = 0; ProcessTable.WorkingIn(dataDirectory) is { Count: > 0 } left; tries++)
        {
            if (tries > 100)
                foreach (var backend in left)
                    ProcessTable.Signal(backend, ProcessTable.SignalKill);
            await Task.Delay(20, cancellationToken).ConfigureAwait(false);
        }

        // Nobody works in the directory, so the file is stale, even when another process has got the id that stands in it.
        File.Delete(Path.Combine(dataDirectory, "postmaster.pid"));
    }

    private async Task InitialiseAsync(RunContext context, CancellationToken cancellationToken)
    {
        var home = context.Data.Directory(server.Name);
        var unfinished = DataIn(context.Data) + ".new";
        if (Directory.Exists(unfinished))
            Directory.Delete(unfinished, recursive: true);
        var passwordFile = Path.Combine(home, "password");
        await File.WriteAllTextAsync(passwordFile, await ValueAsync(server.PasswordParameter, cancellationToken).ConfigureAwait(false), cancellationToken)
            .ConfigureAwait(false);
        File.SetUnixFileMode(passwordFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (DataDirectory.ServerUser is { } user)
            DataDirectory.Give(passwordFile, user);

        var log = context.LogOf(server.Name);
        List<string> arguments =
        [
            "-D", unfinished, "-U", await ValueAsync(server.UserNameReference, cancellationToken).ConfigureAwait(false),
            $"--pwfile={passwordFile}", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums",
        ];
        if (context.Data.IsEphemeral)
            arguments.Add("--no-sync");
        var initdb = SupervisedProcess.Start(
            Specification(server.Name + "-initdb", Path.Combine(_binary!.Directory, "initdb"), arguments, home), context.Run, log);
        await using (cancellationToken.Register(initdb.Kill))
            if (await initdb.Exited.ConfigureAwait(false) != 0)
                throw new DistributedApplicationException($"initdb failed: {string.Join(" | ", log.Tail(2))}");
        File.Delete(passwordFile);
        await File.AppendAllTextAsync(
            Path.Combine(unfinished, "postgresql.conf"), InitialConfiguration(context.Data.IsEphemeral), cancellationToken).ConfigureAwait(false);
        // Only a complete directory gets the name: an interrupted start begins anew.
        Directory.Move(unfinished, DataIn(context.Data));
    }

    private async Task<object?> ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        var connectionString = new NpgsqlConnectionStringBuilder(await ValueAsync(server.ConnectionStringExpression, cancellationToken).ConfigureAwait(false))
        {
            Database = "postgres",
            Pooling = false,
            Timeout = 3,
            CommandTimeout = 30,
            ApplicationName = "apphost",
        };
        await using var connection = new NpgsqlConnection(connectionString.ConnectionString);
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
    }

    private Binary? Find(DataDirectory data)
    {
        // The version that wrote the data, where it is installed beside a newer one.
        var path = VersionOfData(data) is { } kept && $"/usr/lib/postgresql/{kept}/bin/postgres" is var matching && File.Exists(matching)
            ? matching
            : Binaries.FindPostgres();
        return path is null ? null : new Binary(path, Binaries.VersionOf(path, "--version"));
    }

    private string Home(DataDirectory data) => Path.Combine(data.Path, server.Name);

    private string DataIn(DataDirectory data) => Path.Combine(Home(data), "data");

    private string? VersionOfData(DataDirectory data) =>
        Path.Combine(DataIn(data), "PG_VERSION") is var file && File.Exists(file) ? File.ReadAllText(file).Trim() : null;
}
