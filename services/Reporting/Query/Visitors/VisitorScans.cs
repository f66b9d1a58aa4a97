using System.Collections.Concurrent;
using Npgsql;
using QrPlatform.Reporting.Access;

namespace QrPlatform.Reporting.Query.Visitors;

/// <summary>
/// Keeps the scans of tenants who ask for distinct visitors that no cells tell: loads them in the background, catches up every two seconds so that a
/// question has little to read, and lets go of those for whom nobody asked for half an hour. Until they are loaded, facts answer.
/// </summary>
internal sealed partial class VisitorScans(NpgsqlDataSource database, IConfiguration configuration, TimeProvider clock, ILogger<VisitorScans> logger) : BackgroundService
{
    // About 45 bytes of memory each.
    private const long UsualMost = 10_000_000;

    // About 24 bytes each.
    private const long UsualMostSteps = 20_000_000;

    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(2), Forgotten = TimeSpan.FromMinutes(30), LoadLimit = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, (TenantScans Scans, DateTimeOffset Asked)> _tenants = new(StringComparer.Ordinal);
    private readonly long _most = configuration.GetValue("Visitors:MostScans", UsualMost), _mostSteps = configuration.GetValue("Visitors:MostSteps", UsualMostSteps);

    /// <summary>The tenant's scans at the snapshot's moment, or null and why not.</summary>
    public async Task<(TenantScans Tenant, ScanColumns? Columns, string Reason)> AtAsync(ReaderSnapshot snapshot, CancellationToken cancellationToken)
    {
        var tenant = Of(snapshot.Scope.TenantId);
        var columns = tenant.IsTooLarge ? null : await tenant.AtAsync(snapshot, cancellationToken);
        return (tenant, columns, tenant.IsTooLarge ? $"there are more than {_most:N0} scans" : "the tenant's scans are being loaded");
    }

    /// <summary>The same with the steps of visitors.</summary>
    public async Task<(TenantScans Tenant, ScanColumns? Columns, string Reason)> WithStepsAtAsync(ReaderSnapshot snapshot, CancellationToken cancellationToken)
    {
        var (tenant, columns, reason) = await AtAsync(snapshot, cancellationToken);
        tenant.WantSteps();
        if (columns is not { Steps: null }) return (tenant, columns, reason);
        return (tenant, null, tenant.HasTooManySteps ? $"there are more than {_mostSteps:N0} steps" : "the tenant's steps are being loaded");
    }

    /// <summary>Loads the tenant's scans, or what is new of them; also the steps of visitors where they are asked for.</summary>
    public async Task LoadAsync(string tenant, CancellationToken cancellationToken, bool withSteps = false)
    {
        if (withSteps) Of(tenant).WantSteps();
        await using var snapshot = await ReaderSnapshot.OpenAsync(database, new ReaderScope(tenant, null), new AskedDays(null, null, null), cancellationToken, LoadLimit);
        await Of(tenant).LoadAsync(snapshot, cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            using var timer = new PeriodicTimer(Pace, clock);
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                foreach (var (tenant, (_, asked)) in _tenants)
                {
                    if (asked + Forgotten < clock.GetUtcNow()) _tenants.TryRemove(tenant, out _);
                    else await KeepAsync(tenant, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            Log.Ended(logger);
        }
    }

    private TenantScans Of(string tenant) => _tenants.AddOrUpdate(
        tenant, _ => (new TenantScans(_most, _mostSteps), clock.GetUtcNow()), (_, known) => (known.Scans, clock.GetUtcNow())).Scans;

    private async Task KeepAsync(string tenant, CancellationToken cancellationToken)
    {
        try
        {
            if (!_tenants.TryGetValue(tenant, out var known) || known.Scans.IsTooLarge) return;
            await using var snapshot = await ReaderSnapshot.OpenAsync(database, new ReaderScope(tenant, null), new AskedDays(null, null, null), cancellationToken, LoadLimit);
            await known.Scans.LoadAsync(snapshot, cancellationToken);
        }
        catch (Exception exception) when (exception is NpgsqlException or IOException or InvalidOperationException or TimeoutException)
        {
            // The facts answer meanwhile, and the next time tries again.
            Log.Failed(logger, exception.GetType().Name);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Scans could not be kept for counting visitors ({Fault}); the facts answer")]
        public static partial void Failed(ILogger logger, string fault);

        [LoggerMessage(2, LogLevel.Debug, "No more scans are kept for counting visitors")]
        public static partial void Ended(ILogger logger);
    }
}
