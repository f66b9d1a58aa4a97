using QrPlatform.Testing;

namespace QrPlatform.Catalogue.Tests;

public sealed class DataDictionaryTests
{
    [Fact]
    public void The_page_in_the_repository_is_what_the_catalogue_says()
    {
        var page = Repository.PathOf("docs", "data-dictionary.md");
        var written = DataDictionary.Write(CatalogueCompiler.CompileEmbedded());
        if (Environment.GetEnvironmentVariable("ACCEPT_BASELINES") == "1") File.WriteAllText(page, written);
        Assert.True(File.Exists(page) && File.ReadAllText(page) == written, $"docs/data-dictionary.md is not what bi/catalogue says. To make it anew: {DataDictionary.Command}");
    }
}
