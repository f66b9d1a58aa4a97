namespace QrPlatform.Reporting.Exports;

/// <summary>The exports' parts.</summary>
internal static class ExportExtensions
{
    public static void AddExports(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<ExportOptions>()
            .BindConfiguration("Reporting:Exports")
            .Validate(options => options is { MostRows: > 0, PerUser: > 0, PerTenant: > 0 } && options.StatementTimeout > TimeSpan.Zero, "Reporting:Exports must be positive.")
            .ValidateOnStart();
        builder.Services.AddSingleton<RunningExports>();
        builder.Services.AddSingleton<CsvStream>();
        builder.Services.AddSingleton<ExportQuery>();
        builder.Services.AddSingleton<ExportRows>();
    }

    public static void MapExports(this IEndpointRouteBuilder routes)
    {
        ExportQuery.Map(routes);
        ExportRows.Map(routes);
    }
}
