namespace JasperFx.Events.Projections;

/// <summary>How the daemon runs a projection.</summary>
public class AsyncOptions
{
    private readonly List<string> _tables = [];

    /// <summary>Events in a page, which is one transaction.</summary>
    public int BatchSize { get; set; } = 500;

    /// <summary>Real Marten's limit of buffered events. The stand-in holds two pages at most.</summary>
    public int MaximumHopperSize { get; set; } = 5000;

    /// <summary>Whether a rebuild empties what <see cref="DeleteDataInTableOnTeardown"/> names.</summary>
    public bool TeardownDataOnRebuild { get; set; } = true;

    /// <summary>Names a table that a rebuild empties first.</summary>
    public void DeleteDataInTableOnTeardown(string tableIdentifier) => _tables.Add(tableIdentifier);

    internal IReadOnlyList<string> TablesToEmpty => _tables;
}
