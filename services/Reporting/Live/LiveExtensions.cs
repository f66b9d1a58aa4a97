namespace QrPlatform.Reporting.Live;

/// <summary>The live stream's parts.</summary>
internal static class LiveExtensions
{
    public static void AddLive(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<LiveOptions>()
            .BindConfiguration("Reporting:Live")
            .Validate(options => options is { StreamsPerUser: > 0, StreamsPerTenant: > 0 }, "Reporting:Live must allow at least one stream.")
            .ValidateOnStart();
        builder.Services.AddSingleton<OpenStreams>();
        builder.Services.AddSingleton<LiveNumbers>();
        builder.Services.AddSingleton<LiveFeeds>();
        builder.Services.AddHostedService(services => services.GetRequiredService<LiveFeeds>());
    }
}
