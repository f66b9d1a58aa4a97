using System.Text;
using Microsoft.Extensions.Options;
using QrPlatform.ErasedPersons;

namespace QrPlatform.PrivacyCompliance.Erasure;

/// <summary>Searches the platform's log files, where their directory is known. Nothing personal is ever logged; this is where that shows.</summary>
internal sealed class LogSearch(IOptions<ErasureOptions> options)
{
    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, IgnoreInaccessible = true };

    /// <summary>Lines by file name, only those with hits.</summary>
    public async Task<StepOutcome> SearchAsync(ErasedPerson person, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, long>(StringComparer.Ordinal);
        var directory = options.Value.LogDirectory;
        if (directory.Length == 0 || !Directory.Exists(directory)) return new StepOutcome(found);
        var sought = SchemaSearch.Forms(person).ToArray();
        foreach (var file in Directory.EnumerateFiles(directory, "*", Everything))
        {
            if (await CountAsync(file, sought, cancellationToken) is > 0 and var lines) found[Path.GetRelativePath(directory, file)] = lines;
        }

        return new StepOutcome(found);
    }

    private static async Task<long> CountAsync(string file, string[] sought, CancellationToken cancellationToken)
    {
        var lines = 0L;
        try
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream, Encoding.UTF8);
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                if (sought.Any(form => line.Contains(form, StringComparison.Ordinal))) lines++;
            }
        }
        catch (FileNotFoundException)
        {
            // Rotated away meanwhile.
        }

        return lines;
    }
}
