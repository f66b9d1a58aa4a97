namespace Marten.Schema;

internal sealed class DocumentCleaner(DocumentStore store) : IDocumentCleaner
{
    public async Task CompletelyRemoveAllAsync(CancellationToken ct = default)
    {
        await using var command = store.DataSource.CreateCommand(store.Schema.DropStatements());
        await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        store.Schema.Forget();
    }

    public async Task DeleteAllEventDataAsync(CancellationToken ct = default)
    {
        await store.Schema.EnsureAsync(ct).ConfigureAwait(false);
        var schema = store.Schema;
        await using var command = store.DataSource.CreateCommand(
            $"truncate table {schema.Events}, {schema.Streams}, {schema.Progression}; alter sequence {schema.Sequence} restart;");
        await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }
}
