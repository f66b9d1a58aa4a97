using System.Diagnostics;
using System.Text.Json;
using QrPlatform.Testing;

namespace QrPlatform.EndToEnd.Data;

/// <summary>What a range of days is asked for: labels of <paramref name="Dimensions"/>, in a time zone, of the events that the filters keep.</summary>
/// <param name="TimeZone">IANA name.</param>
/// <param name="From">First local day.</param>
/// <param name="To">Last local day.</param>
/// <param name="Dimensions">Names of the catalogue.</param>
/// <param name="Filters">Dimensions and the values to keep.</param>
/// <param name="Erased">Visitors whose events have none any more.</param>
internal sealed record Question(
    string TimeZone, string From, string To, IReadOnlyList<string> Dimensions, IReadOnlyList<Kept>? Filters = null, IReadOnlyList<string>? Erased = null);

/// <summary>A filter: only events whose label is one of the values.</summary>
internal sealed record Kept(string Dimension, IReadOnlyList<string> Values);

/// <summary>The metrics computed from the raw events by another engine (<c>tests/Oracle</c>).</summary>
internal static class Oracle
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private static string Folder => Repository.PathOf("tests", "Oracle");

    /// <summary>The rows of each question, as (labels joined by '|') → metric → number.</summary>
    /// <param name="arrived">The events in the order of their arrival.</param>
    /// <param name="questions">What is asked.</param>
    public static async Task<IReadOnlyList<Dictionary<string, Dictionary<string, decimal?>>>> AskAsync(IEnumerable<Event> arrived, IReadOnlyList<Question> questions)
    {
        Assert.True(Directory.Exists(Path.Combine(Folder, "node_modules")), $"The oracle's packages are not installed: npm ci --prefix {Folder} (./test does it).");
        var directory = Directory.CreateTempSubdirectory("qr-oracle-");
        try
        {
            var (events, asked) = (Path.Combine(directory.FullName, "events.ndjson"), Path.Combine(directory.FullName, "questions.json"));
            await File.WriteAllLinesAsync(events, arrived.Select(one => one.ToJson()));
            await File.WriteAllTextAsync(asked, JsonSerializer.Serialize(questions, Json));
            using var answers = JsonDocument.Parse(await RunAsync(events, asked));
            return [.. answers.RootElement.EnumerateArray().Select((rows, i) => Read(rows, questions[i].Dimensions))];
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static Dictionary<string, Dictionary<string, decimal?>> Read(JsonElement rows, IReadOnlyList<string> dimensions) => rows.EnumerateArray().ToDictionary(
        row => string.Join('|', dimensions.Select(dimension => row.GetProperty(dimension).GetString() ?? "∅")),
        row => row.EnumerateObject().Where(property => !dimensions.Contains(property.Name)).ToDictionary(property => property.Name, property => Number(property.Value)));

    // Large integers and money are written as text.
    private static decimal? Number(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => decimal.Parse(value.GetString()!, System.Globalization.CultureInfo.InvariantCulture),
        _ => (decimal)value.GetDouble(),
    };

    private static async Task<string> RunAsync(string events, string questions)
    {
        using var process = Process.Start(new ProcessStartInfo("node", ["oracle.mjs", events, questions])
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
        await process.WaitForExitAsync(limit.Token);
        Assert.True(process.ExitCode == 0, $"The oracle ended with code {process.ExitCode}:\n{await errors}");
        return await output;
    }
}
