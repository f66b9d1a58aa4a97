using JasperFx.Events.Projections;

namespace Marten.Daemon;

/// <summary>Advisory lock ids, the same as real Marten's, so that both kinds of daemon keep out of each other's way.</summary>
internal static class LeadershipLocks
{
    public static long IdOf(StoreOptions options, ShardName shard) =>
        Math.Abs(DeterministicHash($"{options.EventGraph.DatabaseSchemaName}:{shard.Identity}")) + options.Projections.DaemonLockId;

    public static IEnumerable<long> All(StoreOptions options) =>
        options.Projections.Async.Select(p => IdOf(options, p.Name)).Append(options.Projections.DaemonLockId).Where(id => id >= 0);

    /// <summary>A string hash that is the same in every process and version; two interleaved djb2 hashes.</summary>
    internal static int DeterministicHash(string text)
    {
        unchecked
        {
            var even = (5381 << 16) + 5381;
            var odd = even;
            for (var i = 0; i < text.Length; i++)
            {
                if (i % 2 == 0)
                {
                    even = ((even << 5) + even) ^ text[i];
                }
                else
                {
                    odd = ((odd << 5) + odd) ^ text[i];
                }
            }

            return even + (odd * 1566083941);
        }
    }
}
