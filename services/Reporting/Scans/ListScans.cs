using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using QrPlatform.Reporting.Access;
using QrPlatform.Reporting.Query;
using QrPlatform.ServiceDefaults.Database;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Reporting.Scans;

/// <summary><c>GET /v1/analytics/scans</c>: one entry per scan, oldest first, in pages that lose no row while events arrive.</summary>
internal static class ListScans
{
    private const int DefaultLimit = 1_000, MaxLimit = 10_000;

    private static readonly string Page = EmbeddedSql.Read(typeof(ListScans), "ListScans.sql");

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/analytics/scans", Handle).RequireAuthorization(Policies.Analytics);

    private static async Task<IResult> Handle(HttpContext context, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var errors = new List<FieldError>();
        if (Read(context.Request.Query, errors) is not { } asked) return Refusals.BadParameters(errors);

        var days = new AskedDays(Zone: null, asked.Cursor?.From ?? asked.From, asked.Cursor?.To ?? asked.To);
        await using var snapshot = await ReaderSnapshot.OpenAsync(database, ReaderScope.Of(context.User), days, cancellationToken);
        if (snapshot.At.FirstDay > snapshot.At.LastDay)
            return Refusals.BadParameters([new FieldError("end_date", "out_of_range", "Must not be before start_date; both are inclusive.")]);

        context.Response.Headers.CacheControl = "private, no-store";
        return TypedResults.Bytes(await PageAsync(snapshot, asked, cancellationToken), "application/json");
    }

    private static AskedPage? Read(IQueryCollection query, List<FieldError> errors)
    {
        var from = Day(query, "start_date", errors);
        var to = Day(query, "end_date", errors);
        var limit = DefaultLimit;
        if (query["limit"].ToString() is { Length: > 0 } text
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MaxLimit))
            errors.Add(new FieldError("limit", "out_of_range", $"Must be a whole number from 1 to {MaxLimit}."));

        ScanCursor? cursor = null;
        if (query["cursor"].ToString() is { Length: > 0 } encoded)
        {
            cursor = ScanCursor.Decode(encoded);
            if (cursor is null) errors.Add(new FieldError("cursor", "malformed_cursor", "Must be the nextCursor of an earlier answer, unchanged."));
            else if ((from ?? cursor.From) != cursor.From || (to ?? cursor.To) != cursor.To)
                errors.Add(new FieldError("cursor", "other_range", $"Continues {cursor.From:yyyy-MM-dd} to {cursor.To:yyyy-MM-dd}; leave start_date and end_date out or the same."));
        }

        return errors.Count == 0 ? new AskedPage(from, to, limit, cursor) : null;
    }

    private static DateOnly? Day(IQueryCollection query, string name, List<FieldError> errors)
    {
        if (query[name].ToString() is not { Length: > 0 } text) return null;
        if (LabelValues.Day(text) is { } day) return day;
        errors.Add(new FieldError(name, "not_a_date", "Must be a day such as 2025-11-30."));
        return null;
    }

    private static async Task<ReadOnlyMemory<byte>> PageAsync(ReaderSnapshot snapshot, AskedPage asked, CancellationToken cancellationToken)
    {
        var at = snapshot.At;
        var position = asked.Cursor?.Position ?? at.Projected;
        await using var command = snapshot.Command(Page);
        command.Parameters.Add(new NpgsqlParameter("from", NpgsqlDbType.TimestampTz) { Value = at.FromAt });
        command.Parameters.Add(new NpgsqlParameter("to", NpgsqlDbType.TimestampTz) { Value = at.ToAt });
        command.Parameters.Add(new NpgsqlParameter("position", NpgsqlDbType.Bigint) { Value = position });
        command.Parameters.Add(new NpgsqlParameter("last_at", NpgsqlDbType.TimestampTz)
        {
            Value = asked.Cursor is { } last ? DateTime.UnixEpoch.AddMicroseconds(last.LastAt) : at.FromAt,
        });
        command.Parameters.Add(new NpgsqlParameter("last_id", NpgsqlDbType.Text) { Value = asked.Cursor?.LastId ?? "" });
        command.Parameters.Add(new NpgsqlParameter("currency", NpgsqlDbType.Text) { Value = (object?)at.Currency ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter("limit", NpgsqlDbType.Integer) { Value = asked.Limit + 1 });

        var json = new ArrayBufferWriter<byte>();
        json.Write("{\"data\":["u8);
        ScanCursor? reached = null, next = null;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        for (var count = 0; await reader.ReadAsync(cancellationToken); count++)
        {
            if (count == asked.Limit)
            {
                next = reached;
                break;
            }

            if (count > 0) json.Write(","u8);
            Encoding.UTF8.GetBytes(reader.GetString(2), json);
            reached = new ScanCursor(at.FirstDay, at.LastDay, position, reader.GetInt64(1), reader.GetString(0));
        }

        json.Write("],\"nextCursor\":"u8);
        json.Write(JsonSerializer.SerializeToUtf8Bytes(next?.Encode()));
        json.Write("}"u8);
        return json.WrittenMemory;
    }

    private sealed record AskedPage(DateOnly? From, DateOnly? To, int Limit, ScanCursor? Cursor);
}
