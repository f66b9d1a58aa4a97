using JasperFx.MultiTenancy;
using Marten.Exceptions;
using NpgsqlTypes;

namespace Marten.Documents;

/// <summary>Where documents of a type are kept: the table's name, shape and statements.</summary>
internal sealed class DocumentMapping
{
    private readonly StoreOptions _options;

    public DocumentMapping(Type type, StoreOptions options)
    {
        _options = options;
        Type = type;
        Members = DocumentMembers.Of(type);
        Name = $"mt_doc_{AliasOf(type)}";
        if (Name.Length > Identifiers.MaxLength)
        {
            throw new InvalidDocumentException($"The table of {type.FullName} would be '{Name}', which is longer than PostgreSQL's limit of {Identifiers.MaxLength}.");
        }

        Conjoined = options.DocumentTenancy == TenancyStyle.Conjoined;
        IsProjected = options.Projections.Owns(type);
        var idType = Members.IdType;
        IdDbType = idType == typeof(Guid) ? NpgsqlDbType.Uuid
            : idType == typeof(int) ? NpgsqlDbType.Integer
            : idType == typeof(long) ? NpgsqlDbType.Bigint : NpgsqlDbType.Varchar;
    }

    public Type Type { get; }

    public DocumentMembers Members { get; }

    public string Name { get; }

    public string Table => $"{_options.DatabaseSchemaName}.{Name}";

    public bool Conjoined { get; }

    /// <summary>Whether a projection writes the documents, which gives them a revision for a version.</summary>
    public bool IsProjected { get; }

    public NpgsqlDbType IdDbType { get; }

    public string IdSqlType => IdDbType.ToString().ToLowerInvariant();

    private string Key => Conjoined ? "tenant_id, id" : "id";

    public static string AliasOf(Type type)
    {
        if (type.IsGenericType)
        {
            throw NotInTheSubset.Member($"a document of generic type ({type})");
        }

        var name = type.Name.ToLowerInvariant();
        return type.DeclaringType is { } outer ? $"{outer.Name.ToLowerInvariant()}_{name}" : name;
    }

    public string CreateStatement() =>
        $"""
        do $$ begin create schema if not exists {_options.DatabaseSchemaName}; exception when unique_violation or duplicate_schema then null; end $$;
        create table if not exists {Table} (
        {(Conjoined ? "    tenant_id varchar not null default '*DEFAULT*'," : "")}
            id {IdSqlType} not null,
            data jsonb not null,
            mt_last_modified timestamp with time zone null default (transaction_timestamp()),
        {(IsProjected ? "" : "    mt_version uuid not null default (md5(random()::text || clock_timestamp()::text)::uuid),")}
            mt_dotnet_type varchar null,
        {(IsProjected ? "    mt_version bigint not null default 0," : "")}
            constraint {Identifiers.Shorten($"pkey_{Name}_{Key.Replace(", ", "_", StringComparison.Ordinal)}")} primary key ({Key})
        );
        """;

    /// <summary>$1 id, $2 data, $3 .NET type, $4 version, $5 tenant.</summary>
    public string UpsertStatement() =>
        $"""
        insert into {Table} (id, data, mt_dotnet_type, mt_version{(Conjoined ? ", tenant_id" : "")})
        values ($1, $2, $3, $4{(Conjoined ? ", $5" : "")}) {OnConflict()}
        """;

    /// <summary>The same for arrays.</summary>
    public string UpsertManyStatement() =>
        $"""
        insert into {Table} (id, data, mt_dotnet_type, mt_version{(Conjoined ? ", tenant_id" : "")})
        select d.id, d.data, $3, d.version{(Conjoined ? ", d.tenant_id" : "")}
        from unnest($1, $2, $4{(Conjoined ? ", $5" : "")}) as d (id, data, version{(Conjoined ? ", tenant_id" : "")}) {OnConflict()}
        """;

    /// <summary>$1 id, $2 tenant.</summary>
    public string DeleteStatement() => $"delete from {Table} where id = $1{(Conjoined ? " and tenant_id = $2" : "")}";

    /// <summary>The same for arrays.</summary>
    public string DeleteManyStatement() =>
        $"delete from {Table} as t using {Keys()} where t.id = k.id{(Conjoined ? " and t.tenant_id = k.tenant_id" : "")}";

    /// <summary>$1 id, $2 tenant. Version 0 for documents that have no revision.</summary>
    public string LoadStatement() =>
        $"select data, {(IsProjected ? "mt_version" : "0::bigint")} from {Table} where id = $1{(Conjoined ? " and tenant_id = $2" : "")}";

    /// <summary>The same for arrays, with id and tenant.</summary>
    public string LoadManyStatement() =>
        $"select t.id, t.data{(Conjoined ? ", t.tenant_id" : "")} from {Table} as t join {Keys()} on t.id = k.id{(Conjoined ? " and t.tenant_id = k.tenant_id" : "")}";

    private string Keys() => $"unnest($1{(Conjoined ? ", $2" : "")}) as k (id{(Conjoined ? ", tenant_id" : "")})";

    private string OnConflict() =>
        $"""
        on conflict ({Key}) do update set data = excluded.data, mt_last_modified = transaction_timestamp(),
            mt_version = excluded.mt_version, mt_dotnet_type = excluded.mt_dotnet_type
        """;
}
