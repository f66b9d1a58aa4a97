using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace QrPlatform.Bi;

/// <summary>Reads a YAML mapping field by field and notes what does not fit, with file and line.</summary>
internal sealed class YamlEntry(YamlMappingNode node, string file, string path, List<CatalogueFault> faults)
{
    public string Path => path;

    /// <summary>A document's only mapping, or null where there is none.</summary>
    public static YamlEntry? Read(string file, string text, List<CatalogueFault> faults)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException exception)
        {
            faults.Add(new CatalogueFault(file, (int)exception.Start.Line, "$", exception.InnerException?.Message ?? exception.Message));
            return null;
        }
        catch (InvalidOperationException exception)
        {
            // YamlDotNet's scanner, where a bracket is never closed.
            faults.Add(new CatalogueFault(file, 1, "$", exception.Message));
            return null;
        }

        if (stream.Documents is [{ RootNode: YamlMappingNode root }]) return new YamlEntry(root, file, "$", faults);
        faults.Add(new CatalogueFault(file, 1, "$", "Must be one mapping."));
        return null;
    }

    /// <summary>Notes fields that have no meaning here.</summary>
    public void Allow(params ReadOnlySpan<string> fields)
    {
        foreach (var key in node.Children.Keys)
        {
            if (key is not YamlScalarNode { Value: { } name } || !fields.Contains(name))
                Note(key, $"{path}.{key}", $"There is no such field. Allowed: {string.Join(", ", fields.ToArray())}.");
        }
    }

    public string Text(string field) => Find(field, required: true) is YamlScalarNode { Value.Length: > 0 } scalar ? scalar.Value : Missing(field, "Must be a text.");

    public string? OptionalText(string field) => Has(field) ? Text(field) : null;

    public bool Has(string field) => node.Children.ContainsKey(new YamlScalarNode(field));

    /// <summary>One of the enumeration's values, written in snake case.</summary>
    public T Choice<T>(string field, T usual) where T : struct, Enum
    {
        if (!Has(field)) return usual;
        if (Parse<T>(Text(field)) is { } value) return value;
        Note(field, $"Must be one of: {string.Join(", ", Names<T>())}.");
        return usual;
    }

    /// <inheritdoc cref="Choice{T}(string, T)"/>
    public T Choice<T>(string field) where T : struct, Enum
    {
        Find(field, required: true);
        return Choice<T>(field, default);
    }

    public IReadOnlyList<T> Choices<T>(string field) where T : struct, Enum
    {
        var found = new List<T>();
        foreach (var text in Texts(field))
        {
            if (Parse<T>(text) is { } value && !found.Contains(value)) found.Add(value);
            else Note(field, $"'{text}' is none of: {string.Join(", ", Names<T>())}, each once.");
        }

        return found;
    }

    public IReadOnlyList<string> Texts(string field)
    {
        if (Find(field, required: false) is not { } found) return [];
        if (found is YamlSequenceNode sequence && sequence.Children.All(child => child is YamlScalarNode))
            return [.. sequence.Children.Cast<YamlScalarNode>().Select(scalar => scalar.Value ?? "")];
        Note(field, "Must be a list of texts.");
        return [];
    }

    public int Number(string field, int least)
    {
        if (Find(field, required: true) is YamlScalarNode { Value: { } text } && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least) return number;
        Note(field, $"Must be a whole number from {least}.");
        return least;
    }

    public decimal? Decimal(string field)
    {
        if (!Has(field)) return null;
        if (Find(field, required: false) is YamlScalarNode { Value: { } text } && decimal.TryParse(text, NumberStyles.Number & ~NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var number)) return number;
        Note(field, "Must be a number.");
        return null;
    }

    public YamlEntry? Entry(string field)
    {
        if (Find(field, required: false) is not { } found) return null;
        if (found is YamlMappingNode mapping) return new YamlEntry(mapping, file, $"{path}.{field}", faults);
        Note(field, "Must be a mapping.");
        return null;
    }

    /// <summary>The mappings of a list, each under its name.</summary>
    public IEnumerable<YamlEntry> Entries(string field)
    {
        if (Find(field, required: true) is not YamlSequenceNode sequence)
        {
            Note(field, "Must be a list.");
            yield break;
        }

        for (var i = 0; i < sequence.Children.Count; i++)
        {
            if (sequence.Children[i] is not YamlMappingNode mapping)
            {
                Note(sequence.Children[i], $"{path}.{field}[{i}]", "Must be a mapping.");
                continue;
            }

            var name = mapping.Children.TryGetValue(new YamlScalarNode("name"), out var found) ? found.ToString() : $"[{i}]";
            yield return new YamlEntry(mapping, file, path == "$" ? $"{field}.{name}" : $"{path}.{field}.{name}", faults);
        }
    }

    /// <summary>All fields as texts by name.</summary>
    public SortedDictionary<string, string> Map()
    {
        var texts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in node.Children)
        {
            if (key is YamlScalarNode { Value: { } name } && value is YamlScalarNode { Value.Length: > 0 } text) texts[name] = text.Value;
            else Note(key, $"{path}.{key}", "Must be a text.");
        }

        return texts;
    }

    /// <summary>Notes what is wrong with a field.</summary>
    public void Note(string field, string message) =>
        Note(node.Children.TryGetValue(new YamlScalarNode(field), out var found) ? found : node, $"{path}.{field}", message);

    /// <summary>An enumeration's value as it is written in files.</summary>
    public static string Written(Enum value) => string.Concat(value.ToString().Select((c, i) => char.IsAsciiLetterUpper(c) ? (i > 0 ? "_" : "") + char.ToLowerInvariant(c) : c.ToString()));

    private static IEnumerable<string> Names<T>() where T : struct, Enum => Enum.GetValues<T>().Select(value => Written(value));

    private static T? Parse<T>(string text) where T : struct, Enum =>
        Enum.GetValues<T>().Where(value => Written(value) == text).Select(value => (T?)value).FirstOrDefault();

    private YamlNode? Find(string field, bool required)
    {
        if (node.Children.TryGetValue(new YamlScalarNode(field), out var found)) return found;
        if (required) Note(field, "Is required.");
        return null;
    }

    private string Missing(string field, string message)
    {
        if (Has(field)) Note(field, message);
        return "";
    }

    private void Note(YamlNode at, string field, string message) => faults.Add(new CatalogueFault(file, (int)at.Start.Line, field, message));
}
