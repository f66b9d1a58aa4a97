namespace QrPlatform.Reporting.Query.Visitors;

/// <summary>Numbers of the groups that occur.</summary>
internal sealed class GroupNumbers
{
    // Small groups' numbers, which are most, are looked up by index.
    private readonly int[] _small = new int[1 << 16];
    private readonly Dictionary<long, int> _others = [];

    public List<long> All { get; } = [];

    public int Count => All.Count;

    public int Of(long group)
    {
        if (group < _small.Length)
        {
            ref var small = ref _small[group];
            return small > 0 ? small - 1 : (small = Add(group) + 1) - 1;
        }

        if (_others.TryGetValue(group, out var number)) return number;
        return _others[group] = Add(group);
    }

    private int Add(long group)
    {
        All.Add(group);
        return All.Count - 1;
    }
}
