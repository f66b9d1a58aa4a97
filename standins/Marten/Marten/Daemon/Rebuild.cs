using Marten.Events.Projections;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Marten.Daemon;

/// <summary>Throws a projection away and runs it again up to the high water mark of now.</summary>
internal sealed class Rebuild(DocumentStore store, AsyncProjection projection, HighWaterAgent highWater, ILogger logger)
{
    public async Task RunAsync(CancellationToken ct)
    {
        await EmptyAsync(ct).ConfigureAwait(false);
        var target = await highWater.CatchUpAsync(ct).ConfigureAwait(false);
        var pages = new EventPages(store, projection, logger);
        for (var position = 0L; position < target;)
        {
            var page = await pages.LoadAsync(position, target, ct).ConfigureAwait(false);
            await PageWriter.WriteAsync(store, projection, page, ct).ConfigureAwait(false);
            position = page.Ceiling;
        }
    }

    private async Task EmptyAsync(CancellationToken ct)
    {
        await using var batch = store.DataSource.CreateBatch();
        if (projection.Options.TeardownDataOnRebuild)
        {
            foreach (var table in projection.Options.TablesToEmpty)
            {
                batch.BatchCommands.Add(new NpgsqlBatchCommand($"delete from {table}"));
            }
        }

        var progress = new NpgsqlBatchCommand($"delete from {store.Schema.Progression} where name = $1");
        progress.Parameters.Add(new NpgsqlParameter<string> { TypedValue = projection.Name.Identity });
        batch.BatchCommands.Add(progress);

        // One batch is one transaction: a reader never sees emptied tables with the progress of full ones.
        await batch.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }
}
