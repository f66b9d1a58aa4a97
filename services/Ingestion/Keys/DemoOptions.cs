namespace QrPlatform.Ingestion.Keys;

/// <summary>The public demo identities; section <c>Demo</c>. On in development unless switched off; impossible in production.</summary>
internal sealed class DemoOptions
{
    /// <summary>Keys that everybody knows.</summary>
    public static readonly (string Key, string TenantId)[] IngestKeys = [("qr_ingest_demo", "demo"), ("qr_ingest_acme", "acme")];

    /// <summary>Whether the demo keys are valid.</summary>
    public bool Enabled { get; set; }

    public static void Add(IHostApplicationBuilder builder) => builder.Services.AddOptions<DemoOptions>()
        .Configure<IHostEnvironment>((options, environment) => options.Enabled = environment.IsDevelopment())
        .BindConfiguration("Demo")
        .Validate<IHostEnvironment>(
            (options, environment) => !(options.Enabled && environment.IsProduction()),
            "Demo:Enabled is true in a production environment; the demo ingest keys are public. Set Demo__Enabled=false.")
        .ValidateOnStart();
}
