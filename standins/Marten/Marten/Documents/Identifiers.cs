namespace Marten.Documents;

/// <summary>Names within PostgreSQL's limit, shortened as real Marten does it.</summary>
internal static class Identifiers
{
    public const int MaxLength = 63;

    /// <summary>A longer name loses its end to a hash of the whole, so that two of them do not become one.</summary>
    public static string Shorten(string name)
    {
        if (name.Length <= MaxLength)
        {
            return name;
        }

        // FNV-1a, of which the lower half is written.
        var hash = 2166136261u;
        foreach (var c in name)
        {
            hash = unchecked((hash ^ c) * 16777619u);
        }

        return $"{name[..(MaxLength - 5)]}_{hash & 0xFFFF:x4}";
    }
}
