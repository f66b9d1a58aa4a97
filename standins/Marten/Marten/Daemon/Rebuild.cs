using Microsoft.Extensions.Logging;
using Npgsql;

namespace Marten.Daemon;

/// <summary>Throws a projection away and runs it again up to the high water mark of now.</summary>
internal sealed class Rebuild(DocumentStore store, Shard projection, HighWaterAgent highWater, ILogger logger)
{
    public async Task RunAsync(CancellationToken ct)
    {
        await projection.Handler.EnsureStorageAsync(store, ct).ConfigureAwait(false);
        await EmptyAsync(ct).ConfigureAwait(false);
        var target = await highWater.CatchUpAsync(ct).ConfigureAwait(false);
        var pages = new EventPages(store, projection, logger);
        for (var position = 0L; position < target;)
        {
            var page = await pages.LoadAsync(position, target, ct).ConfigureAwait(false);
            await PageWriter.WriteAsync(store, projection, page, ct).ConfigureAwait(false);
            position = page.Ceiling;
        }

        if (store.Options.Projections.Inline.Contains(projection))
        {
            // What runs with the appends has no progress.
            await using var forget = store.DataSource.CreateBatch();
            forget.BatchCommands.Add(ForgetProgress());
            await forget.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
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

            foreach (var documents in projection.Options.DocumentsToEmpty.Select(store.Options.Documents.For))
            {
                await store.Options.Documents.EnsureAsync(documents, ct).ConfigureAwait(false);
                batch.BatchCommands.Add(new NpgsqlBatchCommand($"delete from {documents.Table}"));
            }
        }

        batch.BatchCommands.Add(ForgetProgress());

        // One batch is one transaction: a reader never sees emptied tables with the progress of full ones.
        await batch.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    private NpgsqlBatchCommand ForgetProgress()
    {
        var progress = new NpgsqlBatchCommand($"delete from {store.Schema.Progression} where name = $1");
        progress.Parameters.Add(new NpgsqlParameter<string> { TypedValue = projection.Name.Identity });
        return progress;
    }
}
