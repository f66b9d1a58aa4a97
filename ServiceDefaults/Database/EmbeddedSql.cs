namespace QrPlatform.ServiceDefaults.Database;

/// <summary>Reads the <c>.sql</c> files that lie beside the code and are embedded in its assembly.</summary>
public static class EmbeddedSql
{
    /// <summary>The text of <paramref name="file"/> (<c>FindSubjects.sql</c>) in the folder of <typeparamref name="TBeside"/>'s namespace.</summary>
    /// <exception cref="InvalidOperationException">There is no such file.</exception>
    public static string Read<TBeside>(string file) => Read(typeof(TBeside), file);

    /// <inheritdoc cref="Read{TBeside}(string)"/>
    public static string Read(Type beside, string file)
    {
        using var stream = beside.Assembly.GetManifestResourceStream(beside, file)
            ?? throw new InvalidOperationException($"The assembly {beside.Assembly.GetName().Name} embeds no '{file}' beside {beside.Name}.");
        using var text = new StreamReader(stream);
        return text.ReadToEnd();
    }
}
