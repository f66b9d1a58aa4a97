namespace QrPlatform.Reporting.Exports;

/// <summary>A view that can be exported.</summary>
internal sealed record ExportedView(string Name, List<ExportedColumn> Columns)
{
    private static readonly string[] TimeNames = ["timestamp", "hour_timestamp", "date_key", "summary_date", "period_start", "day"];

    /// <summary>The column that puts a row on a day, or null.</summary>
    public ExportedColumn? Time => TimeNames.Select(Find).FirstOrDefault(found => found is not null);

    public ExportedColumn? Find(string name) => Columns.Find(column => column.Name == name);
}

/// <summary>A column and its PostgreSQL type.</summary>
internal sealed record ExportedColumn(string Name, string Type)
{
    public bool IsInstant => Type == "timestamp with time zone";

    /// <summary>Name as SQL takes it; it comes from the database's catalogue.</summary>
    public string Quoted => $"v.\"{Name}\"";
}
