namespace JasperFx.Events.Projections;

/// <summary>How the daemon runs a projection.</summary>
public class AsyncOptions
{
    private readonly List<string> _tables = [];
    private readonly List<Type> _documents = [];

    /// <summary>Events in a page, which is one transaction.</summary>
    public int BatchSize { get; set; } = 500;

    /// <summary>Real Marten's limit of buffered events. The stand-in holds two pages at most.</summary>
    public int MaximumHopperSize { get; set; } = 5000;

    /// <summary>Whether a rebuild empties what <see cref="DeleteDataInTableOnTeardown"/> and <see cref="DeleteViewTypeOnTeardown{T}"/> name.</summary>
    public bool TeardownDataOnRebuild { get; set; } = true;

    /// <summary>Names a table that a rebuild empties first.</summary>
    public void DeleteDataInTableOnTeardown(string tableIdentifier) => _tables.Add(tableIdentifier);

    /// <summary>Names a document type whose table a rebuild empties first. An aggregate's own is always among them.</summary>
    public void DeleteViewTypeOnTeardown<T>() => DeleteViewTypeOnTeardown(typeof(T));

    /// <inheritdoc cref="DeleteViewTypeOnTeardown{T}"/>
    public void DeleteViewTypeOnTeardown(Type type) => _documents.Add(type);

    internal IReadOnlyList<string> TablesToEmpty => _tables;

    internal IReadOnlyList<Type> DocumentsToEmpty => _documents;
}
