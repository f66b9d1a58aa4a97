using Npgsql;
using QrPlatform.Bi;

namespace QrPlatform.Projection.Catalogue;

/// <summary>Brings the comments of schema <c>bi</c> up to date at every start, after the migrations that make its views.</summary>
internal sealed partial class ViewCommentsService(NpgsqlDataSource database, ILogger<ViewCommentsService> logger) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var catalogue = CatalogueCompiler.CompileEmbedded();
        Log.Applied(logger, await ViewComments.ApplyAsync(database, catalogue, cancellationToken), catalogue.Hash);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Changes} comments of schema bi changed; they are those of catalogue {Hash}")]
        public static partial void Applied(ILogger logger, int changes, string hash);
    }
}
