namespace JasperFx;

/// <summary>Names that are part of the storage format.</summary>
public static class StorageConstants
{
    /// <summary>The tenant of a session that names none.</summary>
    public const string DefaultTenantId = "*DEFAULT*";
}
