using System.Text;
using Npgsql;

namespace Marten.Sessions;

/// <summary>A statement that waits for its session's transaction.</summary>
internal interface IQueuedWrite
{
    NpgsqlBatchCommand Build();
}

/// <summary>A SQL statement with its values, waiting for a transaction.</summary>
internal sealed class QueuedCommand : IQueuedWrite
{
    private readonly string _sql;
    private readonly object?[] _values;

    public QueuedCommand(char placeholder, string sql, object?[] values)
    {
        _values = values;
        _sql = Number(placeholder, sql.TrimEnd(';', ' ', '\r', '\n'), out var count);
        if (count != values.Length)
        {
            throw new InvalidOperationException(
                $"Wrong number of parameter values to SQL '{sql}', got {values.Length} values for {count} placeholders");
        }
    }

    public NpgsqlBatchCommand Build()
    {
        var command = new NpgsqlBatchCommand(_sql);
        foreach (var value in _values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        }

        return command;
    }

    private static string Number(char placeholder, string sql, out int count)
    {
        count = 0;
        var numbered = new StringBuilder(sql.Length + 16);
        foreach (var c in sql)
        {
            if (c == placeholder)
            {
                numbered.Append('$').Append(++count);
            }
            else
            {
                numbered.Append(c);
            }
        }

        return numbered.ToString();
    }
}
