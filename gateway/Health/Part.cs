namespace QrPlatform.Gateway.Health;

/// <summary>Something whose health the gateway shows.</summary>
/// <param name="name">The resource's name.</param>
/// <param name="isEssential">Whether users can't do without it.</param>
internal abstract class Part(string name, bool isEssential = true) : IAsyncDisposable
{
    public string Name { get; } = name;

    public bool IsEssential { get; } = isEssential;

    /// <summary>Looks once. A part that is away is a reading; only what nobody thought of throws.</summary>
    /// <param name="cancellationToken">Cancelled when the look takes too long, or the gateway stops.</param>
    public abstract Task<Reading> LookAsync(CancellationToken cancellationToken);

    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
