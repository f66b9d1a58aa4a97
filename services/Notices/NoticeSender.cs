using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace QrPlatform.Notices;

/// <summary>
/// Tells other services over HTTP what was committed here: rows of the table <c>notice</c> of this service's own schema, written in the transaction of
/// what they tell of (<c>id</c>, <c>address</c> such as <c>http://projection/internal/v1/user-grants</c>, <c>body</c> as JSON). The oldest go first, again
/// and again until they are taken; so one may arrive twice, and its receiver must not mind.
/// </summary>
public sealed partial class NoticeSender : BackgroundService
{
    /// <summary>The name of the HTTP client that carries the service key.</summary>
    internal const string Client = "notices";

    private const int MostAtOnce = 200;

    // Notices of this process are sent at once. This is for those that were refused, or left behind by another one.
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    private readonly NpgsqlDataSource _database;
    private readonly IHttpClientFactory _clients;
    private readonly TimeProvider _time;
    private readonly ILogger<NoticeSender> _logger;
    private readonly string _findSql, _removeSql;
    private readonly SemaphoreSlim _sending = new(1);
    private bool _isStuck;

    internal NoticeSender(string schema, NpgsqlDataSource database, IHttpClientFactory clients, TimeProvider time, ILogger<NoticeSender> logger)
    {
        (_database, _clients, _time, _logger) = (database, clients, time, logger);
        // So many of each address: what one of them does not take keeps nothing from another.
        _findSql = $"""
            select n.id, n.address, n.body::text
            from (select n.*, row_number() over (partition by n.address order by n.id) as place from {schema}.notice n) n
            where n.place <= {MostAtOnce}
            order by n.id
            """;
        _removeSql = $"delete from {schema}.notice n where n.id = any ($1)";
    }

    /// <summary>Sends what waits, so that a caller's answer may say what holds everywhere. False where some was not taken; it is sent later.</summary>
    public async Task<bool> SendAsync(CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken);
        try
        {
            while (true)
            {
                var waiting = await FindAsync(cancellationToken);
                if (waiting.Count == 0) return true;
                var sent = new List<long>();
                foreach (var group in waiting.GroupBy(notice => notice.Address))
                {
                    if (await SendAsync(group.Key, [.. group], cancellationToken)) sent.AddRange(group.Select(notice => notice.Id));
                }

                await RemoveAsync(sent, cancellationToken);
                if (sent.Count < waiting.Count) return false;
            }
        }
        catch (NpgsqlException exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The table may not be there yet, either.
            Stuck("others", exception.Message);
            return false;
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _sending.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, _time);
        do await SendAsync(stoppingToken);
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<bool> SendAsync(string address, IReadOnlyList<Notice> notices, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address)) { Content = JsonContent.Create(new { notices = notices.Select(notice => notice.Body) }) };
            using var answer = await _clients.CreateClient(Client).SendAsync(request, cancellationToken);
            if (answer.IsSuccessStatusCode)
            {
                _isStuck = false;
                return true;
            }

            Stuck(address, $"HTTP {(int)answer.StatusCode}");
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Stuck(address, exception.Message);
        }

        return false;
    }

    // Once, not every two seconds of an outage.
    private void Stuck(string address, string reason)
    {
        if (!_isStuck) Log.Waits(_logger, address, reason);
        _isStuck = true;
    }

    private async Task<IReadOnlyList<Notice>> FindAsync(CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand(_findSql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var notices = new List<Notice>();
        while (await reader.ReadAsync(cancellationToken))
            notices.Add(new Notice(reader.GetInt64(0), reader.GetString(1), JsonSerializer.Deserialize<JsonElement>(reader.GetString(2))));
        return notices;
    }

    private async Task RemoveAsync(List<long> sent, CancellationToken cancellationToken)
    {
        if (sent.Count == 0) return;
        await using var command = _database.CreateCommand(_removeSql);
        command.Parameters.Add(new() { Value = sent.ToArray() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private sealed record Notice(long Id, string Address, JsonElement Body);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Notices to {Address} wait: {Reason}")]
        public static partial void Waits(ILogger logger, string address, string reason);
    }
}
