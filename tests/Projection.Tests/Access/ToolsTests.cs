using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using QrPlatform.Testing;

namespace QrPlatform.Projection.Tests.Access;

/// <summary>What SQL tools list as a BI login, directly and through a pool: exactly the published views. docs/bi-tools.md says how to set them up.</summary>
public sealed class ToolsTests : IAsyncLifetime
{
    private const string Psql = "/usr/bin/psql", Isql = "/usr/bin/isql", PgBouncer = "/usr/sbin/pgbouncer";
    private const string Java = "/usr/bin/javac", Jdbc = "/usr/share/java/postgresql.jar";

    private const string LibreOffice = "/usr/bin/soffice", PostgresDriver = "/usr/lib/libreoffice/program/libpostgresql-sdbclo.so", Python = "/usr/bin/python3", Uno = "/usr/lib/python3/dist-packages/uno.py";

    private static readonly string Odbc = OdbcDriver();

    private readonly string _folder = Directory.CreateTempSubdirectory("qr-tools-").FullName;
    private Log _log = null!;
    private Reader _login = null!;
    private NpgsqlConnectionStringBuilder _direct = null!;
    private Process? _pool;

    public async Task InitializeAsync()
    {
        _log = await Log.CreateAsync();
        _login = await Reader.LoginAsync(_log, "demo");
        _direct = Reader.ConnectionOf(_log, _login.Login);
    }

    public async Task DisposeAsync()
    {
        if (_pool is not null)
        {
            _pool.Kill();
            await _pool.WaitForExitAsync();
            _pool.Dispose();
        }

        await _login.DisposeAsync();
        await _log.ExecuteAsync($"select projection.remove_bi_login('{_login.Login}', 'test')");
        await _log.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [ToolFact(Psql, PgBouncer)]
    public async Task Psql_lists_exactly_the_published_views() => await AssertListedAsync(async at =>
    {
        var lines = await RunAsync(Psql, ["-h", "127.0.0.1", "-p", $"{at.Port}", "-U", at.Username!, "-d", at.Database!, "-At", "-c", @"\dtvmE"], ("PGPASSWORD", at.Password!));
        return lines.Select(line => string.Join('.', line.Split('|')[..2]));
    });

    [ToolFact(Isql, PgBouncer)]
    public async Task Isql_lists_exactly_the_published_views() => await AssertListedAsync(async at =>
    {
        var settings = Path.Combine(_folder, "odbc.ini");
        await File.WriteAllTextAsync(settings, $"[bi]\nDriver={Odbc}\nServername=127.0.0.1\nPort={at.Port}\nDatabase={at.Database}\nAB=0x10\n");
        var lines = await RunAsync(Isql, ["-b", "-d|", "bi", at.Username!, at.Password!], ("ODBCINI", settings), input: "help\n");
        return lines.Where(line => line.Contains("|VIEW", StringComparison.Ordinal) || line.Contains("|TABLE", StringComparison.Ordinal)).Select(line => string.Join('.', line.Split('|')[1..3]));
    });

    [ToolFact(Java, Jdbc, PgBouncer)]
    public async Task A_JDBC_program_lists_exactly_the_published_views() => await AssertListedAsync(at =>
        RunAsync(
            "/usr/bin/java",
            ["-cp", Jdbc, Path.Combine(AppContext.BaseDirectory, "ListViews.java"), $"jdbc:postgresql://127.0.0.1:{at.Port}/{at.Database}?hideUnprivilegedObjects=true", at.Username!, at.Password!]));

    // ./test does not install it: 240 MB. docs/bi-tools.md says which packages it takes.
    [ToolFact(LibreOffice, PostgresDriver, Python, Uno, PgBouncer)]
    public async Task LibreOffice_lists_exactly_the_published_views() => await AssertListedAsync(async at =>
    {
        var pipe = $"qr{Guid.NewGuid():N}";
        string[] arguments = ["--headless", "--norestore", "--nologo", "--nodefault", $"--accept=pipe,name={pipe};urp", $"-env:UserInstallation=file://{Path.Combine(_folder, pipe)}"];
        using var office = Process.Start(new ProcessStartInfo(LibreOffice, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        try
        {
            return await RunAsync(Python, [Path.Combine(AppContext.BaseDirectory, "list_views.py"), pipe, $"sdbc:postgresql:host=127.0.0.1 port={at.Port} dbname={at.Database}", at.Username!, at.Password!]);
        }
        finally
        {
            office.Kill(entireProcessTree: true);
            await office.WaitForExitAsync();
        }
    });

    [ToolFact(PgBouncer)]
    public async Task A_pool_in_session_mode_gives_each_login_its_own_rows_and_limits()
    {
        await _log.ExecuteAsync("insert into projection.tenant values ('acme', 'Acme', 'UTC', 'USD')");
        await using var neighbour = await Reader.LoginAsync(_log, "acme");
        var pool = await StartPoolAsync(_login.Login, neighbour.Login);
        for (var round = 0; round < 3; round++)
        {
            foreach (var (login, zone) in new[] { (_login.Login, "America/Los_Angeles"), (neighbour.Login, "UTC") })
            {
                await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(pool.ConnectionString) { Username = login, Password = login }.ConnectionString);
                await connection.OpenAsync();
                await using var command = new NpgsqlCommand("select distinct time_zone || ' ' || current_setting('statement_timeout') || ' ' || current_setting('search_path') from dim_date", connection);
                Assert.Equal($"{zone} 1min bi", await command.ExecuteScalarAsync());

                // The next one gets this connection, without what was set here.
                await using var change = new NpgsqlCommand("set statement_timeout = 0; set search_path = pg_catalog", connection);
                await change.ExecuteNonQueryAsync();
            }
        }

        await _log.ExecuteAsync($"select projection.remove_bi_login('{neighbour.Login}', 'test')");
    }

    private async Task AssertListedAsync(Func<NpgsqlConnectionStringBuilder, Task<IEnumerable<string>>> listAsync)
    {
        var published = await _log.ColumnAsync("select 'bi.' || c.relname from pg_class c where c.relnamespace = 'bi'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f') order by 1");
        Assert.Equal(published.Order(StringComparer.Ordinal), (await listAsync(_direct)).Order(StringComparer.Ordinal));
        Assert.Equal(published.Order(StringComparer.Ordinal), (await listAsync(await StartPoolAsync(_login.Login))).Order(StringComparer.Ordinal));
    }

    private async Task<NpgsqlConnectionStringBuilder> StartPoolAsync(params string[] logins)
    {
        var port = FreePort();
        var users = Path.Combine(_folder, "users.txt");
        await File.WriteAllLinesAsync(users, logins.Select(login => $"\"{login}\" \"{login}\""));
        var settings = Path.Combine(_folder, "pgbouncer.ini");
        await File.WriteAllTextAsync(settings, string.Create(CultureInfo.InvariantCulture, $"""
            [databases]
            * = host={_direct.Host} port={_direct.Port}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {port}
            unix_socket_dir =
            auth_type = scram-sha-256
            auth_file = {users}
            pool_mode = session
            default_pool_size = 1
            server_reset_query = DISCARD ALL
            ignore_startup_parameters = extra_float_digits
            """));

        // It refuses to run as root; whoever it becomes has to read its files.
        string[] arguments = ["-q", settings];
        if (Environment.UserName == "root")
        {
            File.SetUnixFileMode(_folder, (UnixFileMode)0b111_101_101);
            arguments = ["-q", "-u", "nobody", settings];
        }

        _pool = Process.Start(new ProcessStartInfo(PgBouncer, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var pool = new NpgsqlConnectionStringBuilder(_direct.ConnectionString) { Host = "127.0.0.1", Port = port };
        await Eventually.TrueAsync(
            async () =>
            {
                await using var connection = new NpgsqlConnection(pool.ConnectionString);
                return await Record.ExceptionAsync(() => connection.OpenAsync()) is null;
            },
            "the pool answers");
        return pool;
    }

    // The folder is named after the machine's architecture.
    private static string OdbcDriver() =>
        Directory.EnumerateFiles("/usr/lib", "psqlodbcw.so", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3, IgnoreInaccessible = true }).FirstOrDefault() ?? "psqlodbcw.so";

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static Task<IEnumerable<string>> RunAsync(string program, string[] arguments) => RunAsync(program, arguments, ("LANG", "C"));

    private static async Task<IEnumerable<string>> RunAsync(string program, string[] arguments, (string Name, string Value) setting, string? input = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[setting.Name] = setting.Value;
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {await errors}");
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}

/// <summary>A test that needs programs which <c>./test</c> installs (Java excepted); skipped, and said so, where one is missing.</summary>
public sealed class ToolFactAttribute : FactAttribute
{
    /// <param name="files">The programs and libraries.</param>
    public ToolFactAttribute(params string[] files)
    {
        if (files.FirstOrDefault(file => !File.Exists(file)) is { } missing) Skip = $"{missing} is not installed.";
    }
}
