namespace QrPlatform.Standins.Tests;

/// <summary>A list of lines that is kept in the repository, so that a change of it is seen and meant.</summary>
internal static class Baseline
{
    /// <summary>The variable that has lists written instead of compared.</summary>
    public const string Accept = "ACCEPT_BASELINES";

    public static bool IsAccepting => Environment.GetEnvironmentVariable(Accept) == "1";

    /// <summary>Compares, or writes when <c>ACCEPT_BASELINES=1</c>.</summary>
    public static void Compare(string name, IEnumerable<string> lines)
    {
        var path = Repository.Path("tests", "Standins.Tests", "baselines", name + ".txt");
        var now = lines.Order(StringComparer.Ordinal).ToArray();
        if (IsAccepting)
            File.WriteAllLines(path, now);
        var kept = File.Exists(path) ? File.ReadAllLines(path) : [];
        var gone = kept.Except(now).Select(l => "- " + l);
        var added = now.Except(kept).Select(l => "+ " + l);
        var changes = gone.Concat(added).OrderBy(l => l[2..], StringComparer.Ordinal).ToArray();
        Assert.True(
            changes.Length == 0,
            $"{System.IO.Path.GetRelativePath(Repository.Root, path)} is not what it was:\n{string.Join('\n', changes)}\n\n"
            + $"To accept: {Accept}=1 dotnet test tests/Standins.Tests --filter {nameof(PublicMembersTests)}");
    }
}
