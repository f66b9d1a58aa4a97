using System.Globalization;

namespace QrPlatform.Seed;

/// <summary>What to send, and where.</summary>
/// <param name="Gateway">Address of the platform's front door.</param>
/// <param name="Size">Number of events, repeated ones included.</param>
/// <param name="Until">Last day of the data; null: what the state file says, else yesterday.</param>
/// <param name="StateFile">Keeps the last day of the first seeding beside the data.</param>
/// <param name="Folder">Where to write the events to, instead of sending them.</param>
internal sealed record SeedOptions(Uri? Gateway, int Size, DateOnly? Until, string? StateFile, string? Folder)
{
    /// <summary>Events of <c>--seed demo</c>.</summary>
    public const int DefaultSize = 100_000;

    /// <summary>The largest set that one run sends.</summary>
    public const int LargestSize = 50_000_000;

    public const string Usage = """
        usage: QrPlatform.Seed --gateway URL | --write FOLDER [--seed demo[:EVENTS]] [--seed-until YYYY-MM-DD] [--state FILE]
          sends the demo data through the public front door of a running platform, and waits until every number shows it;
          or writes the events to FOLDER/<tenant>.ndjson
        """;

    /// <exception cref="FormatException">An argument is not understood; the message says which.</exception>
    public static SeedOptions Parse(IReadOnlyList<string> arguments)
    {
        Uri? gateway = null;
        var size = DefaultSize;
        DateOnly? until = null;
        string? state = null, folder = null;
        for (var index = 0; index < arguments.Count; index += 2)
        {
            var name = arguments[index];
            var value = index + 1 < arguments.Count ? arguments[index + 1] : throw new FormatException($"{name} needs a value.");
            switch (name)
            {
                case "--gateway":
                    if (!Uri.TryCreate(value, UriKind.Absolute, out gateway)) throw new FormatException($"--gateway {value} is not an address such as http://localhost:8080.");
                    break;
                case "--seed":
                    size = ParseSize(value);
                    break;
                case "--seed-until":
                    until = ParseDay(name, value);
                    break;
                case "--state":
                    state = value;
                    break;
                case "--write":
                    folder = value;
                    break;
                default:
                    throw new FormatException($"{name} is not known.");
            }
        }

        if (gateway is null == folder is null) throw new FormatException("Either --gateway or --write is needed.");
        return new SeedOptions(gateway, size, until, state, folder);
    }

    public static DateOnly ParseDay(string name, string value) =>
        DateOnly.TryParseExact(value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
        && day.Year is >= 2002 and <= 9990
            ? day
            : throw new FormatException($"{name} {value} is not a day such as 2026-11-20.");

    private static int ParseSize(string value)
    {
        if (value == "demo") return DefaultSize;
        if (value.StartsWith("demo:", StringComparison.Ordinal)
            && int.TryParse(value.AsSpan("demo:".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            && size is >= 1 and <= LargestSize)
            return size;
        throw new FormatException($"--seed {value} is not known: demo, or demo:EVENTS with 1 to {LargestSize} events.");
    }
}
