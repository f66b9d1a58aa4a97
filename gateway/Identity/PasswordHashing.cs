namespace QrPlatform.Gateway.Identity;

/// <summary>Makes and compares hashes of passwords. One costs a tenth of a second of a core on purpose: they queue up here, not for the whole machine.</summary>
internal sealed class PasswordHashing : IDisposable
{
    private readonly SemaphoreSlim _turns = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <inheritdoc cref="PasswordHash.Create"/>
    public Task<string> CreateAsync(string password, CancellationToken cancellationToken) =>
        InTurnAsync(() => PasswordHash.Create(password), cancellationToken);

    /// <inheritdoc cref="PasswordHash.Matches"/>
    public Task<bool> MatchesAsync(string hash, string password, CancellationToken cancellationToken) =>
        InTurnAsync(() => PasswordHash.Matches(hash, password), cancellationToken);

    public void Dispose() => _turns.Dispose();

    private async Task<T> InTurnAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(work, cancellationToken);
        }
        finally
        {
            _turns.Release();
        }
    }
}
