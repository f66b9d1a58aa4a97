namespace QrPlatform.Reporting.Query.Visitors;

/// <summary>
/// Pseudonyms, numbered without gaps. A table of numbers beside a list of pseudonyms takes half of a dictionary's memory. One at a time may use it.
/// </summary>
internal sealed class VisitorNumbers
{
    private Guid[] _pseudonyms = new Guid[1024];

    // Number + 1 where a pseudonym's hash leads; 0 where nothing is.
    private int[] _slots = new int[2048];

    /// <summary>How many there are: every number is below it.</summary>
    public int Count { get; private set; }

    /// <summary>The pseudonym's number; a new one where it has none.</summary>
    public int Of(Guid pseudonym)
    {
        var slot = Find(_slots, pseudonym);
        if (_slots[slot] > 0) return _slots[slot] - 1;
        if (Count == _pseudonyms.Length)
        {
            Grow();
            slot = Find(_slots, pseudonym);
        }

        _pseudonyms[Count] = pseudonym;
        _slots[slot] = ++Count;
        return Count - 1;
    }

    /// <summary>Those whom an erasure took from a scan. Their other scans may follow later.</summary>
    public HashSet<int> Leaving { get; } = [];

    /// <summary>A pseudonym must not outlive its erasure. The number stays unused.</summary>
    public void Forget(int number)
    {
        _pseudonyms[number] = Guid.Empty;
        Leaving.Remove(number);
    }

    private void Grow()
    {
        Array.Resize(ref _pseudonyms, _pseudonyms.Length * 2);
        var slots = new int[_slots.Length * 2];
        for (var number = 0; number < Count; number++)
        {
            if (_pseudonyms[number] != Guid.Empty) slots[Find(slots, _pseudonyms[number])] = number + 1;
        }

        _slots = slots;
    }

    // Half of the slots are free, so the search ends.
    private int Find(int[] slots, Guid pseudonym)
    {
        var slot = pseudonym.GetHashCode() & (slots.Length - 1);
        while (slots[slot] > 0 && _pseudonyms[slots[slot] - 1] != pseudonym) slot = (slot + 1) & (slots.Length - 1);
        return slot;
    }
}
