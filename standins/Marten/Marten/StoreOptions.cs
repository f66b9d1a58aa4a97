using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using JasperFx;
using JasperFx.MultiTenancy;
using Marten.Documents;
using Marten.Events;
using Marten.Events.Projections;
using Npgsql;
using Weasel.Core;

namespace Marten;

/// <summary>Everything that a store is told when it is built.</summary>
public class StoreOptions
{
    private string _schema = "public";

    public StoreOptions()
    {
        EventGraph = new EventGraph(this);
        Projections = new ProjectionOptions();
        Documents = new DocumentTables(this);
        UseSystemTextJsonForSerialization();
    }

    /// <summary>The schema of everything that names no other.</summary>
    public string DatabaseSchemaName
    {
        get => _schema;
        set => _schema = value.ToLowerInvariant();
    }

    public AutoCreate AutoCreateSchemaObjects { get; set; } = AutoCreate.CreateOrUpdate;

    public IEventStoreOptions Events => EventGraph;

    public ProjectionOptions Projections { get; }

    /// <summary>What holds for all documents.</summary>
    public PoliciesExpression Policies => new(this);

    internal EventGraph EventGraph { get; }

    internal DocumentTables Documents { get; }

    internal TenancyStyle DocumentTenancy { get; private set; } = TenancyStyle.Single;

    internal JsonSerializerOptions Json { get; private set; }

    internal JsonSerializerOptions JsonReading { get; private set; }

    internal NpgsqlDataSource? DataSource { get; private set; }

    internal bool OwnsDataSource { get; private set; }

    /// <summary>The aggregate that a stream's type names, if a projection makes it.</summary>
    internal Type? AggregateTypeOf(string alias) =>
        Projections.Aggregates.Select(a => a.DocumentType).FirstOrDefault(t => !t.IsGenericType && EventNames.AliasOf(t) == alias);

    public void Connection(string connectionString)
    {
        DataSource = NpgsqlDataSource.Create(connectionString);
        OwnsDataSource = true;
    }

    /// <summary>Uses a data source that somebody else disposes of.</summary>
    public void Connection(NpgsqlDataSource dataSource)
    {
        DataSource = dataSource;
        OwnsDataSource = false;
    }

    [MemberNotNull(nameof(Json), nameof(JsonReading))]
    public void UseSystemTextJsonForSerialization(EnumStorage enumStorage = EnumStorage.AsInteger, Casing casing = Casing.Default,
        Action<JsonSerializerOptions>? configure = null)
    {
        Json = BuildJson(enumStorage, casing, configure);
        JsonReading = new JsonSerializerOptions(Json) { Converters = { new ReadObject() } };
    }

    private static JsonSerializerOptions BuildJson(EnumStorage enumStorage, Casing casing, Action<JsonSerializerOptions>? configure)
    {
        var json = new JsonSerializerOptions
        {
            PropertyNamingPolicy = casing switch
            {
                Casing.CamelCase => JsonNamingPolicy.CamelCase,
                Casing.SnakeCase => JsonNamingPolicy.SnakeCaseLower,
                _ => null
            }
        };
        if (enumStorage == EnumStorage.AsString)
        {
            json.Converters.Add(new JsonStringEnumConverter());
        }

        configure?.Invoke(json);
        return json;
    }

    /// <summary>What holds for all documents.</summary>
    public class PoliciesExpression
    {
        private readonly StoreOptions _options;

        internal PoliciesExpression(StoreOptions options) => _options = options;

        /// <summary>Keeps every tenant's documents under the tenant's id, in the same tables.</summary>
        public PoliciesExpression AllDocumentsAreMultiTenanted()
        {
            _options.DocumentTenancy = TenancyStyle.Conjoined;
            return this;
        }
    }
}
