using System.Runtime.CompilerServices;

namespace QrPlatform.Catalogue.Tests;

public sealed class DataDictionaryTests
{
    [Fact]
    public void The_page_in_the_repository_is_what_the_catalogue_says()
    {
        var page = Repository("docs", "data-dictionary.md");
        var written = DataDictionary.Write(CatalogueCompiler.CompileEmbedded());
        if (Environment.GetEnvironmentVariable("ACCEPT_BASELINES") == "1") File.WriteAllText(page, written);
        Assert.True(File.Exists(page) && File.ReadAllText(page) == written, $"docs/data-dictionary.md is not what bi/catalogue says. To make it anew: {DataDictionary.Command}");
    }

    internal static string Repository(params string[] parts) => Path.Combine([Root(), .. parts]);

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
}
