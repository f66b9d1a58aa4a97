using System.Globalization;

namespace QrPlatform.EndToEnd;

/// <summary>The processes of a native stack, from the records that its host keeps in the data directory.</summary>
internal static class RunRecords
{
    /// <summary>Pids of a resource's processes that live; all resources' without a name.</summary>
    public static IReadOnlyList<int> Living(string dataDirectory, string? resource = null)
    {
        var pids = new List<int>();
        foreach (var file in Directory.EnumerateFiles(dataDirectory, "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true })
                     .Where(file => Path.GetFileName(Path.GetDirectoryName(file)) == "records"))
        {
            string[] record;
            try
            {
                record = File.ReadAllText(file).Trim().Split(' ');
            }
            catch (IOException)
            {
                continue; // the process ended, and its record with it
            }

            if (record.Length == 4 && (resource is null || record[3] == resource))
                pids.AddRange(SessionOf(int.Parse(record[0], CultureInfo.InvariantCulture)));
        }

        return pids;
    }

    /// <summary>The members of a session that live (zombies do not).</summary>
    public static IReadOnlyList<int> SessionOf(int leader)
    {
        var members = new List<int>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), out var pid)) continue;
            try
            {
                var stat = File.ReadAllText(Path.Combine(directory, "stat"));
                var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                if (fields[0] != "Z" && int.Parse(fields[3], CultureInfo.InvariantCulture) == leader) members.Add(pid);
            }
            catch (IOException)
            {
                // It ended while we looked.
                continue;
            }
        }

        return members;
    }
}
