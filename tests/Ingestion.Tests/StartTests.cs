using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using QrPlatform.Ingestion.Keys;
using QrPlatform.Ingestion.Receiving;
using QrPlatform.ServiceDefaults.Database;
using QrPlatform.Testing;

namespace QrPlatform.Ingestion.Tests;

public sealed class StartTests
{
    [Fact]
    public async Task Refuses_to_start_in_production_with_the_demo_keys()
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => IngestionHost.StartAsync(environment: "Production", settings: ("Demo:Enabled", "true")));

        Assert.Contains("Demo:Enabled is true in a production environment", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Knows_no_demo_key_in_production_not_even_one_that_was_seeded_before()
    {
        await using var host = await IngestionHost.StartAsync(environment: "Production");
        await ExecuteAsync(host, "insert into ingestion.ingest_keys (key_hash, tenant_id, name, is_demo) values ($1, 'demo', 'demo', true)", "qr_ingest_demo");
        await ExecuteAsync(host, "insert into ingestion.ingest_keys (key_hash, tenant_id, name) values ($1, 'real', 'real')", "qr_ingest_real");

        await Eventually.TrueAsync(async () => await PostAsync(host, "qr_ingest_real") == HttpStatusCode.Accepted, "the new key");
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(host, "qr_ingest_demo"));

        await ExecuteAsync(host, "update ingestion.ingest_keys set revoked_at = now() where key_hash = $1", "qr_ingest_real");
        await Eventually.TrueAsync(async () => await PostAsync(host, "qr_ingest_real") == HttpStatusCode.Unauthorized, "the revocation");
    }

    [Fact]
    public async Task Migrates_once()
    {
        await using var host = await IngestionHost.StartAsync();

        var again = await Migrator.ApplyAsync(host.Services.GetRequiredService<NpgsqlDataSource>(), "ingestion", typeof(ReceiveEvents).Assembly, CancellationToken.None);

        Assert.Empty(again);
        Assert.All(Migrator.Files(typeof(ReceiveEvents).Assembly), file => Assert.Matches(@"^\d{4}-\d{2}-\d{2}_\d{2}_(create|add|drop|alter)_", file.Name));
    }

    private static async Task<HttpStatusCode> PostAsync(IngestionHost host, string key)
    {
        using var client = host.Sender(key);
        using var answer = await client.PostAsync(ReceiveEvents.Path, Samples.Json(Samples.Event()));
        return answer.StatusCode;
    }

    private static async Task ExecuteAsync(IngestionHost host, string sql, string key)
    {
        await using var command = host.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        command.Parameters.Add(new() { Value = IngestKeyring.Hash(key) });
        await command.ExecuteNonQueryAsync();
    }
}
