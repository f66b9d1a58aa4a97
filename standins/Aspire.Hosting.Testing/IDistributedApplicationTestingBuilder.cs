namespace Aspire.Hosting.Testing;

/// <summary>The builder of an AppHost, in the hands of a test.</summary>
public interface IDistributedApplicationTestingBuilder : IDistributedApplicationBuilder, IAsyncDisposable, IDisposable
{
    /// <summary>Builds the application. It is the test's to start, and to dispose of, which stops it.</summary>
    Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default);
}
