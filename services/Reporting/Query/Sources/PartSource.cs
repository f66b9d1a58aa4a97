using Npgsql;
using QrPlatform.Bi;

namespace QrPlatform.Reporting.Query.Sources;

/// <summary>Something that measures can be read from, in SQL. Whose rows are seen, the database's policies decide.</summary>
/// <param name="name">Its name in explanations.</param>
internal abstract class PartSource(string name)
{
    public string Name => name;

    /// <summary>What stands after <c>from</c>.</summary>
    public abstract string From { get; }

    /// <summary>Condition that a row lies in the range that is asked for.</summary>
    public abstract string InRange { get; }

    /// <summary>What is grouped and compared for a dimension.</summary>
    public abstract string Key(Dimension dimension);

    /// <summary>A measure's value over a group.</summary>
    /// <param name="measure">The measure.</param>
    /// <param name="by">The query's dimensions.</param>
    public abstract string Value(Measure measure, IReadOnlyList<Dimension> by);

    /// <summary>
    /// What stands after <c>from</c> where rows must be put together first: a subquery that has the range and the filters in it and the labels
    /// as columns <c>d0</c>, <c>d1</c>, …; it is called <c>g</c>. Null where the rows are there.
    /// </summary>
    /// <param name="keys">What is grouped, by dimension.</param>
    /// <param name="conditions">The range, then the filters.</param>
    /// <param name="measures">What is counted.</param>
    public virtual string? Grouped(IReadOnlyList<string> keys, IReadOnlyList<string> conditions, IReadOnlyList<Measure> measures) => null;

    /// <summary>The rows are those that the query's filters leave, so that they are not applied again.</summary>
    public virtual bool IsFiltered => false;

    /// <summary>Rows that were read before the statement.</summary>
    public virtual long RowsRead => 0;

    /// <summary>Adds the parameters that the source's SQL names besides the query's own.</summary>
    public virtual void AddTo(NpgsqlParameterCollection parameters)
    {
    }

    /// <summary>Condition that a row belongs to any of the measures.</summary>
    public virtual string? Rows(IReadOnlyList<Measure> measures) => null;

    /// <summary>Condition that a group has something of any of the measures; null where each group has.</summary>
    public virtual string? Present(IReadOnlyList<Measure> measures) => null;
}
