using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace QrPlatform.Bi;

/// <summary>Makes the model of the catalogue's files: read, check, resolve. Everything that is wrong is told at once.</summary>
public static partial class CatalogueCompiler
{
    private static readonly JsonSerializerOptions Canonical = new() { Converters = { new JsonStringEnumConverter() } };

    /// <summary>The catalogue's files, in the order in which they are read.</summary>
    public static IReadOnlyList<string> Files { get; } = ["measures.yaml", "metrics.yaml", "dimensions.yaml", "views.yaml"];

    /// <summary>The model of the files that this assembly was built with.</summary>
    /// <exception cref="CatalogueException">They are wrong.</exception>
    public static CatalogueModel CompileEmbedded() => Compile(Files.ToDictionary(file => file, ReadEmbedded));

    /// <summary>The text of a file that this assembly was built with.</summary>
    public static string ReadEmbedded(string file)
    {
        using var stream = typeof(CatalogueCompiler).Assembly.GetManifestResourceStream(file)
            ?? throw new InvalidOperationException($"The catalogue has no file '{file}'.");
        using var text = new StreamReader(stream);
        return text.ReadToEnd();
    }

    /// <summary>The model of these files.</summary>
    /// <param name="texts">Texts of the <see cref="Files"/>, by name.</param>
    /// <exception cref="CatalogueException">They are wrong.</exception>
    public static CatalogueModel Compile(IReadOnlyDictionary<string, string> texts)
    {
        var faults = new List<CatalogueFault>();
        var roots = Files.Select(file => YamlEntry.Read(file, texts[file], faults)).ToList();
        if (roots.Any(root => root is null)) throw new CatalogueException(faults);

        var measures = Named(roots[0]!, "measures", MeasureReader.Read);
        var byName = measures.DistinctBy(measure => measure.Name).ToDictionary(measure => measure.Name, StringComparer.Ordinal);
        var metrics = Named(roots[1]!, "metrics", entry => MetricReader.Read(entry, byName));
        var views = Named(roots[3]!, "views", ReadView, "columns");
        var columns = roots[3]!.Entry("columns")?.Map() ?? [];
        var dimensions = Named(roots[2]!, "dimensions", entry => DimensionReader.Read(entry, views));
        if (faults.Count > 0) throw new CatalogueException(faults);

        var model = new CatalogueModel(measures, metrics, dimensions, views, columns);
        return model with { Hash = Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(model, Canonical))) };
    }

    private static PublishedView ReadView(YamlEntry entry)
    {
        entry.Allow("name", "definition", "columns");
        return new PublishedView(entry.Text("name"), entry.Sentence("definition"), entry.Entry("columns")?.Map() ?? []);
    }

    // The list of a file, whose entries have names of their own.
    private static List<T> Named<T>(YamlEntry root, string list, Func<YamlEntry, T> read, params string[] others)
    {
        root.Allow([list, .. others]);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var all = new List<T>();
        foreach (var entry in root.Entries(list))
        {
            var name = entry.Text("name");
            if (!Name().IsMatch(name)) entry.Note("name", "Must be lower-case letters, digits and underscores.");
            else if (!seen.Add(name)) entry.Note("name", $"'{name}' is there twice.");
            all.Add(read(entry));
        }

        return all;
    }

    /// <summary>A definition: one sentence that ends as sentences do.</summary>
    internal static string Sentence(this YamlEntry entry, string field)
    {
        var text = entry.Text(field);
        if (text.Length > 0 && (!text.EndsWith('.') || text.Contains('\n'))) entry.Note(field, "Must be one line that ends with a full stop.");
        return text;
    }

    [GeneratedRegex(@"^[a-z][a-z0-9_]{0,62}\z")]
    private static partial Regex Name();
}
