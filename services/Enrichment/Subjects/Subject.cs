using System.Runtime.InteropServices;

namespace QrPlatform.Enrichment.Subjects;

/// <summary>A person, or what stands for one, as privacy-compliance knows it.</summary>
/// <param name="Id">Its record, which is also the id of its data key.</param>
/// <param name="Pseudonym">Random.</param>
/// <param name="DataKey">Seals what is personal; 32 bytes.</param>
internal sealed record Subject(Guid Id, Guid Pseudonym, byte[] DataKey);

/// <summary>By what a subject is recognised, the best first.</summary>
internal enum SubjectKind
{
    /// <summary>The source's visitor id.</summary>
    Visitor,

    /// <summary>The source's session id, where no visitor is known.</summary>
    Session,

    /// <summary>Neither: the tenant's pool of a UTC day of receipt.</summary>
    Day,
}

/// <summary>Where a subject or a session is found: a keyed hash of the source's id, so that caches and tables need no id.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Lookup(string TenantId, SubjectKind Kind, Hash256 Hash);

/// <summary>32 bytes that compare by value.</summary>
internal readonly record struct Hash256(ulong A, ulong B, ulong C, ulong D)
{
    public static Hash256 Of(ReadOnlySpan<byte> bytes)
    {
        var parts = MemoryMarshal.Cast<byte, ulong>(bytes);
        return new(parts[0], parts[1], parts[2], parts[3]);
    }

    public byte[] ToArray()
    {
        var bytes = new byte[32];
        var parts = MemoryMarshal.Cast<byte, ulong>(bytes.AsSpan());
        (parts[0], parts[1], parts[2], parts[3]) = (A, B, C, D);
        return bytes;
    }
}
