namespace QrPlatform.Contracts.Erasure;

/// <summary>What an owner of a store is to do for an erasure. It may come several times.</summary>
/// <remarks>Data class: personal, sealed under the case's own key, which is destroyed when the case is completed.</remarks>
public sealed record ErasureOrder
{
    /// <summary>The case; random.</summary>
    public required Guid CaseId { get; init; }

    /// <summary>The tenant whose visitor is erased.</summary>
    public required string TenantId { get; init; }

    /// <summary>What to do.</summary>
    public required ErasureStep Step { get; init; }

    /// <summary>Who: the JSON of <c>ErasedPerson</c>, sealed under the case's key.</summary>
    public required byte[] SealedPerson { get; init; }
}

/// <summary>From privacy-compliance to enrichment.</summary>
public sealed record EraseEvents
{
    /// <summary>The order.</summary>
    public required ErasureOrder Order { get; init; }
}

/// <summary>From privacy-compliance to ingestion.</summary>
public sealed record EraseQuarantine
{
    /// <summary>The order.</summary>
    public required ErasureOrder Order { get; init; }
}

/// <summary>From privacy-compliance to projection.</summary>
public sealed record EraseReadModels
{
    /// <summary>The order.</summary>
    public required ErasureOrder Order { get; init; }
}

/// <summary>From privacy-compliance to reporting.</summary>
public sealed record EraseCache
{
    /// <summary>The order.</summary>
    public required ErasureOrder Order { get; init; }
}

/// <summary>An owner's answer to an <see cref="ErasureOrder"/>.</summary>
/// <remarks>Data class: personal where <see cref="SealedPerson"/> is set, sealed as in the order; else none.</remarks>
public sealed record ErasureReport
{
    /// <inheritdoc cref="ErasureOrder.CaseId"/>
    public required Guid CaseId { get; init; }

    /// <inheritdoc cref="ErasureOrder.TenantId"/>
    public required string TenantId { get; init; }

    /// <inheritdoc cref="ErasureOrder.Step"/>
    public required ErasureStep Step { get; init; }

    /// <summary>What was done, by name, such as <c>events</c>; of a verification: what was found, which must be nothing.</summary>
    public required IReadOnlyDictionary<string, long> Counts { get; init; }

    /// <summary>What the step found out about the person; null where nothing.</summary>
    public byte[]? SealedPerson { get; init; }

    /// <summary>Why the step could not be done: the fault's type, never its text. Null where it was done.</summary>
    public string? Fault { get; init; }
}
