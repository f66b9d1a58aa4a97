using System.Text.Json;
using System.Text.Json.Serialization;
using JasperFx;
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
        Json = BuildJson(EnumStorage.AsInteger, Casing.Default, null);
    }

    /// <summary>The schema of everything that names no other.</summary>
    public string DatabaseSchemaName
    {
        get => _schema;
        set => _schema = value.ToLowerInvariant();
    }

    public AutoCreate AutoCreateSchemaObjects { get; set; } = AutoCreate.CreateOrUpdate;

    public IEventStoreOptions Events => EventGraph;

    public ProjectionOptions Projections { get; } = new();

    internal EventGraph EventGraph { get; }

    internal JsonSerializerOptions Json { get; private set; }

    internal NpgsqlDataSource? DataSource { get; private set; }

    internal bool OwnsDataSource { get; private set; }

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

    public void UseSystemTextJsonForSerialization(EnumStorage enumStorage = EnumStorage.AsInteger, Casing casing = Casing.Default,
        Action<JsonSerializerOptions>? configure = null) => Json = BuildJson(enumStorage, casing, configure);

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
}
