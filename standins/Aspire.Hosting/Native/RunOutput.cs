namespace Aspire.Hosting.Native;

/// <summary>What the person who started the application sees. Silent when a program did, as a test does.</summary>
internal sealed class RunOutput(TextWriter writer)
{
    /// <summary>Whether a person looks.</summary>
    public bool IsOn { get; set; }

    public void Line(string line)
    {
        if (IsOn)
            writer.WriteLine(line);
    }

    public void Table(string[] headings, IEnumerable<string[]> rows)
    {
        var lines = rows.Prepend(headings).ToArray();
        var widths = headings.Select((_, column) => lines.Max(l => l[column].Length)).ToArray();
        Line("");
        foreach (var line in lines)
            Line("  " + string.Join("  ", line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        Line("");
    }
}
