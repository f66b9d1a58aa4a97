using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace QrPlatform.Benchmarks.Measuring;

/// <summary>
/// The limit that a rebuild is measured against: one connection that COPYs real facts into an empty copy of the fact table with all its indexes,
/// 5000 rows in a transaction.
/// </summary>
internal sealed class FactLimit
{
    private const int RowsPerTransaction = 5000;

    private readonly NpgsqlDataSource _database;
    private readonly string _columns;
    private readonly IReadOnlyList<string> _rows;

    private FactLimit(NpgsqlDataSource database, string columns, IReadOnlyList<string> rows) => (_database, _columns, _rows) = (database, columns, rows);

    /// <summary>Takes its rows from the facts that are there.</summary>
    public static async Task<FactLimit> CreateAsync(NpgsqlDataSource database)
    {
        await using var connection = await database.OpenConnectionAsync();
        await ExecuteAsync(connection, "create table if not exists public.fact_calibration (like projection.event_fact including all)");
        await using var find = new NpgsqlCommand(
            """
            select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute
            where attrelid = 'projection.event_fact'::regclass and attnum > 0 and not attisdropped and attgenerated = '' and attname <> 'seq_id'
            """, connection);
        var columns = (string)(await find.ExecuteScalarAsync())!;
        using var text = await connection.BeginTextExportAsync($"copy (select {columns} from projection.event_fact order by seq_id desc limit {RowsPerTransaction}) to stdout");
        var rows = new List<string>();
        while (await text.ReadLineAsync() is { } row) rows.Add(row);
        return rows.Count > 0 ? new FactLimit(database, columns, rows) : throw new InvalidOperationException("There are no facts to take rows from.");
    }

    /// <summary>Rows per second.</summary>
    public async Task<double> MeasureAsync()
    {
        await using var connection = await _database.OpenConnectionAsync();
        await ExecuteAsync(connection, "truncate public.fact_calibration");
        await ExecuteAsync(connection, "checkpoint");
        var (count, started) = (0L, Stopwatch.GetTimestamp());
        while (Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(4))
        {
            // A COPY is a transaction of its own.
            await using var writer = await connection.BeginTextImportAsync($"copy public.fact_calibration (seq_id, {_columns}) from stdin");
            for (var row = 0; row < RowsPerTransaction; row++)
            {
                await writer.WriteAsync((++count).ToString(CultureInfo.InvariantCulture));
                await writer.WriteAsync('\t');
                await writer.WriteAsync(_rows[(int)(count % _rows.Count)]);
                await writer.WriteAsync('\n');
            }
        }

        var rate = count / Stopwatch.GetElapsedTime(started).TotalSeconds;
        await ExecuteAsync(connection, "truncate public.fact_calibration");
        return rate;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        await command.ExecuteNonQueryAsync();
    }
}
