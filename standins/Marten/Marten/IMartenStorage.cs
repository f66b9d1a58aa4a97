using JasperFx;

namespace Marten;

/// <summary>The store's tables.</summary>
public interface IMartenStorage
{
    /// <summary>Creates what is missing. Safe to run in several processes at once, and again.</summary>
    Task ApplyAllConfiguredChangesToDatabaseAsync(AutoCreate? @override = null);
}
