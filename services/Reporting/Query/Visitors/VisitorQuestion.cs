using System.Text;
using Npgsql;
using NpgsqlTypes;
using QrPlatform.Bi;
using QrPlatform.Reporting.Access;
using QrPlatform.Reporting.Query.Sources;

namespace QrPlatform.Reporting.Query.Visitors;

/// <summary>
/// Asks the scans in columns what a query asks: which combinations of values and which quarters of an hour its filters leave, and what they are grouped by.
/// Times and campaigns' names are the database's, of the same snapshot; and of campaigns only those that it shows to the caller.
/// </summary>
internal sealed class VisitorQuestion
{
    private readonly QueryPlan _plan;
    private readonly TenantScans _tenant;
    private readonly IReadOnlyDictionary<string, (string? Name, string? Unit)> _campaigns;
    private readonly bool _seesAll;
    private readonly IReadOnlyList<Parts> _parts;
    private readonly VisitorFilter _filter;

    private VisitorQuestion(QueryPlan plan, TenantScans tenant, IReadOnlyDictionary<string, (string? Name, string? Unit)> campaigns, bool seesAll, int from, Parts times)
    {
        (_plan, _tenant, _campaigns, _seesAll) = (plan, tenant, campaigns, seesAll);
        var families = ScanFamilies.All.Select((_, family) => Family(family, tenant.Families[family])).ToList();
        _parts = [times, .. families];
        _filter = new VisitorFilter(from, times.Of, [.. families.Select(family => family.Of)], [.. families.Select(family => (long)Math.Max(family.Keys.Count, 1))]);
    }

    /// <summary>Reads what the database has to tell.</summary>
    public static async Task<VisitorQuestion> OfAsync(ReaderSnapshot snapshot, QueryPlan plan, SnapshotPosition at, TenantScans tenant, CancellationToken cancellationToken)
    {
        var seesAll = snapshot.Scope.Campaigns is null;
        var needsCampaigns = !seesAll || Asked(plan).Any(ScanFamilies.IsOfCampaign);
        var campaigns = needsCampaigns ? await CampaignsAsync(snapshot, cancellationToken) : new Dictionary<string, (string?, string?)>();
        return new VisitorQuestion(plan, tenant, campaigns, seesAll, ScanColumns.QuarterOf(at.FromAt), await TimesAsync(snapshot, plan, at, cancellationToken));
    }

    /// <summary>Distinct visitors, as a source of the query's statement.</summary>
    public PartSource Visitors(ScanColumns columns, bool returning)
    {
        var (counted, scans) = VisitorCount.Of(columns, _tenant.Visitors, _filter, returning);
        // A query without dimensions has its one row whatever was found.
        if (_plan.Dimensions.Count == 0 && counted.Count == 0) counted.Add(default);
        return new VisitorScanSource(
            _plan.Dimensions, Keys([.. counted.Select(one => one.Group)]), [.. counted.Select(one => (long)one.Visitors)], [.. counted.Select(one => (long)one.Returning)], scans);
    }

    /// <summary>Journeys of visitors, as a source of the query's statement.</summary>
    public PartSource Journeys(ScanColumns columns)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var campaigns = new int[_tenant.Families[ScanFamilies.OfCampaign].All.Length];
        for (var i = 0; i < campaigns.Length; i++)
            campaigns[i] = _tenant.Families[ScanFamilies.OfCampaign].All[i][0] is not { } campaign ? -1 : numbers.TryGetValue(campaign, out var known) ? known : numbers[campaign] = numbers.Count;
        var kinds = new int[_tenant.StepFamily.All.Length];
        for (var i = 0; i < kinds.Length; i++)
        {
            var values = _tenant.StepFamily.All[i];
            kinds[i] = IsSeen(values[1]) ? StepEvents.Kinds.ToList().IndexOf(values[0]!) : -1;
        }

        var (groups, rows) = JourneyCount.Of(columns, _tenant.Visitors, _filter, campaigns, kinds);
        if (_plan.Dimensions.Count == 0 && groups.Count == 0) groups.Add(new GroupJourneys(0));
        return new VisitorJourneySource(_plan.Dimensions, Keys([.. groups.Select(one => one.Group)]), groups, rows);
    }

    private static IEnumerable<Dimension> Asked(QueryPlan plan) => plan.Dimensions.Concat(plan.Filters.Select(filter => filter.Dimension)).Distinct();

    private static async Task<Dictionary<string, (string? Name, string? Unit)>> CampaignsAsync(ReaderSnapshot snapshot, CancellationToken cancellationToken)
    {
        await using var command = snapshot.Command("select c.campaign_id, c.campaign_name, c.business_unit from bi_query.campaign c");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var campaigns = new Dictionary<string, (string?, string?)>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
            campaigns[reader.GetString(0)] = (reader.IsDBNull(1) ? null : reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2));
        return campaigns;
    }

    // Part 0 of everything where no time is asked for.
    private static async Task<Parts> TimesAsync(ReaderSnapshot snapshot, QueryPlan plan, SnapshotPosition at, CancellationToken cancellationToken)
    {
        var grouped = plan.Dimensions.Where(dimension => dimension.Grain is not null).ToList();
        var conditions = plan.Filters.Select((filter, i) => (Filter: filter, Name: $"@f{i}")).Where(one => one.Filter.Dimension.Grain is not null).ToList();
        var parts = new Parts(grouped, (int)((at.ToAt - at.FromAt) / TimeSpan.FromMinutes(15)));
        if (grouped.Count == 0 && conditions.Count == 0) return parts;
        await using var command = snapshot.Command(
            $"""
             select {string.Join(", ", grouped.Select(dimension => dimension.KeyAt("g", "g.starts_at")).Prepend(
                 conditions.Count == 0 ? "true" : string.Join(" and ", conditions.Select(one => $"({QuerySql.Condition(one.Filter, one.Filter.Dimension.KeyAt("g", "g.starts_at"), one.Name)})"))))}
             from generate_series(@from, @to - interval '1 microsecond', interval '15 minutes') with ordinality as g (starts_at, number) order by g.number
             """);
        command.Parameters.Add(new NpgsqlParameter("zone", NpgsqlDbType.Text) { Value = at.Zone });
        command.Parameters.Add(new NpgsqlParameter("fiscal", NpgsqlDbType.Integer) { Value = at.FiscalMonthsAhead });
        command.Parameters.Add(new NpgsqlParameter("from", NpgsqlDbType.TimestampTz) { Value = at.FromAt });
        command.Parameters.Add(new NpgsqlParameter("to", NpgsqlDbType.TimestampTz) { Value = at.ToAt });
        foreach (var (filter, name) in conditions) command.Parameters.Add(new NpgsqlParameter(name[1..], filter.Dimension.ArrayType) { Value = filter.Values });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var keys = new object?[grouped.Count];
        for (var quarter = 0; await reader.ReadAsync(cancellationToken); quarter++)
        {
            for (var i = 0; i < keys.Length; i++) keys[i] = reader.GetValue(i + 1);
            parts.Set(quarter, reader.GetBoolean(0), keys);
        }

        return parts;
    }

    private Parts Family(int family, Combinations combinations)
    {
        var all = combinations.All;
        var grouped = _plan.Dimensions.Where(dimension => IsOf(family, dimension)).ToList();
        var filters = _plan.Filters.Where(filter => IsOf(family, filter.Dimension)).Select(filter => (filter.Dimension, Holds: TextCondition(filter))).ToList();
        var parts = new Parts(grouped, all.Length);
        var keys = new object?[grouped.Count];
        for (var number = 0; number < all.Length; number++)
        {
            var values = all[number];
            var counts = (family != ScanFamilies.OfCampaign || IsSeen(values[0])) && filters.All(filter => filter.Holds(Value(family, filter.Dimension, values)));
            for (var i = 0; i < keys.Length; i++) keys[i] = Value(family, grouped[i], values);
            parts.Set(number, counts, keys);
        }

        return parts;
    }

    private bool IsSeen(string? campaign) => _seesAll || (campaign is not null && _campaigns.ContainsKey(campaign));

    private static bool IsOf(int family, Dimension dimension) =>
        ScanFamilies.IsOfCampaign(dimension) ? family == ScanFamilies.OfCampaign : ScanFamilies.All[family].Contains(dimension);

    private string? Value(int family, Dimension dimension, string?[] values)
    {
        if (!ScanFamilies.IsOfCampaign(dimension)) return values[ScanFamilies.All[family].ToList().IndexOf(dimension)];
        if (values[0] is not { } campaign || !_campaigns.TryGetValue(campaign, out var described)) return null;
        return dimension.Column == "campaign_name" ? described.Name : described.Unit;
    }

    // As QuerySql's condition, of one value.
    private static Func<string?, bool> TextCondition(DimensionFilter filter)
    {
        var values = ((string[])filter.Values).ToHashSet(StringComparer.Ordinal);
        if (filter.Operator is "eq" or "in") return value => value is null ? filter.HasNull : values.Contains(value);
        if (filter.Operator is "ne" or "nin") return value => value is null ? !filter.HasNull : !values.Contains(value);
        var bound = Encoding.UTF8.GetBytes(values.Single());
        return value =>
        {
            if (value is null) return false;
            var order = Encoding.UTF8.GetBytes(value).AsSpan().SequenceCompareTo(bound);
            return filter.Operator switch { "gt" => order > 0, "gte" => order >= 0, "lt" => order < 0, _ => order <= 0 };
        };
    }

    private List<Array> Keys(IReadOnlyList<long> groups)
    {
        var keys = _plan.Dimensions.Select(dimension => LabelValues.NewArray(dimension, groups.Count)).ToList();
        for (var row = 0; row < groups.Count; row++)
        {
            var group = groups[row];
            for (var part = _parts.Count - 1; part >= 0; part--)
            {
                var size = part == 0 ? long.MaxValue : _filter.Sizes[part - 1];
                if (_parts[part].Keys.Count > 0) Put(keys, row, _parts[part], (int)(group % size));
                group /= size;
            }
        }

        return keys;
    }

    private void Put(List<Array> keys, int row, Parts parts, int number)
    {
        for (var i = 0; i < parts.Dimensions.Count; i++)
        {
            for (var column = 0; column < _plan.Dimensions.Count; column++)
            {
                if (_plan.Dimensions[column] == parts.Dimensions[i]) keys[column].SetValue(parts.Keys[number][i], row);
            }
        }
    }

    /// <summary>What some of the query's dimensions make of numbers: a part, the same for the same values, or -1 for what the filters leave out.</summary>
    private sealed class Parts(IReadOnlyList<Dimension> dimensions, int count)
    {
        private readonly Dictionary<Key, int> _numbers = [];
        private Key _last = new([]);
        private int _lastNumber = -1;

        public IReadOnlyList<Dimension> Dimensions => dimensions;

        public int[] Of { get; } = new int[count];

        public List<object?[]> Keys { get; } = [];

        public void Set(int number, bool counts, object?[] values) => Of[number] = counts ? values.Length == 0 ? 0 : Number(values) : -1;

        private int Number(object?[] values)
        {
            // Most quarters of an hour are of the day before them.
            if (_lastNumber >= 0 && _last.Equals(new Key(values))) return _lastNumber;
            var key = new Key([.. values]);
            if (!_numbers.TryGetValue(key, out var number))
            {
                _numbers[key] = number = Keys.Count;
                Keys.Add(key.Values);
            }

            (_last, _lastNumber) = (key, number);
            return number;
        }

        private readonly record struct Key(object?[] Values)
        {
            public bool Equals(Key other) => Values.AsSpan().SequenceEqual(other.Values);

            public override int GetHashCode()
            {
                var hash = new HashCode();
                foreach (var value in Values) hash.Add(value);
                return hash.ToHashCode();
            }
        }
    }
}
