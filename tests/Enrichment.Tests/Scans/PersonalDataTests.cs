using System.Text;
using System.Text.Json;
using QrPlatform.Contracts.Scans;
using QrPlatform.Enrichment.Steps;
using QrPlatform.Enrichment.Tests.Pipeline;
using QrPlatform.Events;
using QrPlatform.Keys;

namespace QrPlatform.Enrichment.Tests.Scans;

/// <summary>What is personal is in the database sealed, and only sealed.</summary>
[Collection(EnrichmentStackTests.Name)]
public sealed class PersonalDataTests(EnrichmentStack stack)
{
    private static readonly string Nonce = Guid.NewGuid().ToString("N")[..12];

    private static readonly ScanEvent Source = Examples.Full(visitor: $"visitor-{Nonce}", session: $"session-{Nonce}") with
    {
        IpAddress = "198.51.100.143",
        ScanLocation = new ScanLocation { Latitude = 48.858370123, Longitude = 2.294481456, City = "Paris" },
        DeviceInfo = new DeviceInfo { DeviceType = "MOBILE", UserAgent = $"Browser/{Nonce}" },
    };

    [Fact]
    public async Task No_table_holds_a_personal_byte_in_clear()
    {
        var tenant = await stack.AddTenantAsync();
        var refusing = await stack.AddTenantAsync(consentDefault: false);
        await stack.ProcessScans.HandleAsync(
            Batches.Message(
                Batches.Of(stack.Keys, tenant, Source, Source with { EventId = "fx", BehaviorMetrics = new BehaviorMetrics { RevenueAttribution = 1, Currency = "EUR" } }),
                Batches.Of(stack.Keys, tenant, Source with { EventId = "no-visitor", VisitorId = null }, Source with { EventId = "no-session", VisitorId = null, SessionId = null }),
                Batches.Of(stack.Keys, refusing, Source)),
            CancellationToken.None);

        var dump = await DumpAsync();
        Assert.Contains(Source.EventId, dump, StringComparison.Ordinal);
        Assert.Contains("48.86", dump, StringComparison.Ordinal);
        string[] personal = [Source.VisitorId!, Source.SessionId!, Source.IpAddress!, Source.DeviceInfo!.UserAgent!, "48.858", "2.2944", Nonce];
        foreach (var text in personal.SelectMany(Disguises)) Assert.DoesNotContain(text, dump, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_sealed_part_opens_with_the_subjects_key_and_for_its_event_only()
    {
        var tenant = await stack.AddTenantAsync();
        await stack.ProcessScans.HandleAsync(Batches.Message(Batches.Of(stack.Keys, tenant, Source)), CancellationToken.None);
        var stored = (await Stored.OfAsync(stack.Database, tenant))[0].Data.Deserialize<ScanRecorded>()!;

        var lookup = SourceIdHash.Of(stack.Keys.GetOrCreate(KeyPurposes.SubjectLookup, tenant), Source.VisitorId!);
        var subject = await stack.ResolveAsync(tenant, "visitor", lookup);

        Assert.Equal((subject.SubjectId, subject.Pseudonym), (stored.Personal!.KeyId, stored.Visitor));
        var plain = SealedBox.Open(subject.DataKey!, stored.Personal.Box, SealPersonalPart.AssociatedData(tenant, Source.EventId));
        Assert.Equal(PersonalPart.Of(Source), JsonSerializer.Deserialize<PersonalPart>(plain));
        Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(
            () => SealedBox.Open(subject.DataKey!, stored.Personal.Box, SealPersonalPart.AssociatedData(tenant, "another")));
    }

    // As it is, in hexadecimal (bytea as text), and in base64 at each of the three alignments.
    private static IEnumerable<string> Disguises(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        yield return text;
        yield return Convert.ToHexString(bytes);
        if (bytes.Length < 9) yield break;
        for (var offset = 0; offset < 3; offset++)
        {
            var length = (bytes.Length - offset) / 3 * 3;
            yield return Convert.ToBase64String(bytes, offset, length);
        }
    }

    private async Task<string> DumpAsync()
    {
        var dump = new StringBuilder();
        var tables = new List<string>();
        await using (var list = stack.Database.CreateCommand(
            "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"))
        await using (var reader = await list.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync()) tables.Add(reader.GetString(0));
        }

        foreach (var table in tables)
        {
            await using var rows = stack.Database.CreateCommand($"select t::text from {table} t");
            await using var reader = await rows.ExecuteReaderAsync();
            while (await reader.ReadAsync()) dump.AppendLine(reader.GetString(0));
        }

        return dump.ToString();
    }
}
