using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Npgsql;
using QrPlatform.Reporting.Access;
using QrPlatform.Reporting.Query;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Reporting.Exports;

/// <summary>What an export needs besides its SQL.</summary>
/// <param name="Name">Name of the file, without ending.</param>
/// <param name="Columns">Names of the columns.</param>
/// <param name="Limit">Rows that are asked for, or null for all.</param>
/// <param name="Days">The local days that are asked for.</param>
internal sealed record CsvExport(string Name, IReadOnlyList<string> Columns, int? Limit, AskedDays Days);

/// <summary>
/// Sends the rows of one statement as CSV while they are read: a row is forgotten as soon as the client's connection took it, and a client
/// that reads slowly makes the database wait. What fails before the first row is an answer; what fails later breaks the connection.
/// </summary>
internal sealed partial class CsvStream(NpgsqlDataSource database, RunningExports running, IOptions<ExportOptions> options, ILogger<CsvStream> logger)
{
    private const int FlushAt = 32 * 1024;

    /// <summary>Runs the export. <paramref name="fill"/> makes the statement, whose rows are JSON arrays in one column.</summary>
    public async Task<IResult> SendAsync(HttpContext context, CsvExport export, Func<ReaderSnapshot, NpgsqlCommand, ValueTask> fill, CancellationToken cancellationToken)
    {
        if (!running.TryEnter(context.User.TenantId(), context.User.Identity?.Name ?? "", out var place))
        {
            context.Response.Headers.RetryAfter = "10";
            return TypedResults.Problem(
                "Wait until one of them has ended.", statusCode: StatusCodes.Status429TooManyRequests, title: "Too many exports are under way.", type: "too_many_exports");
        }

        using (place)
        {
            await using var snapshot = await ReaderSnapshot.OpenAsync(database, ReaderScope.Of(context.User), export.Days, cancellationToken, options.Value.StatementTimeout);
            await using var command = snapshot.Command("");
            command.CommandTimeout = (int)options.Value.StatementTimeout.TotalSeconds + 5;
            await fill(snapshot, command);
            try
            {
                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                var hasRow = await reader.ReadAsync(cancellationToken);
                Begin(context, export, snapshot.At);
                await SendRowsAsync(context, export, reader, hasRow, cancellationToken);
            }
            catch (PostgresException exception) when (!context.Response.HasStarted && Refuse(exception) is not null)
            {
                return Refuse(exception)!;
            }
            catch (Exception exception) when (context.Response.HasStarted && exception is not OutOfMemoryException)
            {
                if (!cancellationToken.IsCancellationRequested) Log.BrokenOff(logger, exception, export.Name);
                context.Abort();
            }
        }

        return TypedResults.Empty;
    }

    private async Task SendRowsAsync(HttpContext context, CsvExport export, NpgsqlDataReader reader, bool hasRow, CancellationToken cancellationToken)
    {
        var output = context.Response.BodyWriter;
        var csv = new CsvWriter(output);
        if (context.Request.Query["bom"].ToString() is "true" or "1") csv.ByteOrderMark();
        csv.Header(export.Columns);
        var most = Math.Min(export.Limit ?? int.MaxValue, options.Value.MostRows);
        for (var count = 1; hasRow && count <= most; count++)
        {
            csv.Row(Encoding.UTF8.GetBytes(reader.GetString(0)));

            // The first row goes at once: whoever waits sees that it has begun.
            if (count == 1 || output.UnflushedBytes >= FlushAt) await output.FlushAsync(cancellationToken);
            hasRow = await reader.ReadAsync(cancellationToken);
        }

        if (hasRow && most != export.Limit) throw new InvalidOperationException($"There are more than {most} rows. Ask for a shorter range.");
        await output.FlushAsync(cancellationToken);
    }

    private static void Begin(HttpContext context, CsvExport export, SnapshotPosition at)
    {
        var response = context.Response;
        response.ContentType = "text/csv; charset=utf-8; header=present";
        var range = export.Days is { From.Year: > 1970, To.Year: < 2199 } ? $"_{at.FirstDay:yyyy-MM-dd}_{at.LastDay:yyyy-MM-dd}" : "";
        response.Headers.ContentDisposition = new StringValues($"attachment; filename=\"{export.Name}{range}.csv\"");
        response.Headers.CacheControl = "private, no-store";
        response.Headers["X-As-Of"] = at.AsOf.ToString("O");
        response.Headers["X-Time-Zone"] = at.ZoneName;
        response.Headers["X-Catalogue-Version"] = Catalogue.MetricCatalogue.Version;
    }

    private static IResult? Refuse(PostgresException exception) => exception.SqlState switch
    {
        PostgresErrorCodes.QueryCanceled => Refusals.Unprocessable(
            [new FieldError("$", "too_expensive", "The export took too long. Ask for a shorter range, fewer dimensions or more filters.")]),
        PostgresErrorCodes.InvalidTextRepresentation or PostgresErrorCodes.InvalidDatetimeFormat or PostgresErrorCodes.DatetimeFieldOverflow or PostgresErrorCodes.NumericValueOutOfRange =>
            Refusals.BadParameters([new FieldError("filter", "wrong_value", "A value is not of its column's type.")]),
        _ => null,
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "An export of {Dataset} was broken off")]
        public static partial void BrokenOff(ILogger logger, Exception exception, string dataset);
    }
}
