using Marten.Services;

namespace Marten;

/// <summary>Is told of the commit of a page.</summary>
public interface IChangeListener
{
    /// <summary>The page is committed. What fails here is not tried again.</summary>
    Task AfterCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token);

    /// <summary>Everything of the page is written and about to be committed; an exception rolls it back.</summary>
    Task BeforeCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token);
}

/// <summary>Listens to nothing.</summary>
public class NullChangeListener : IChangeListener
{
    private NullChangeListener()
    {
    }

    public static IChangeListener Instance { get; } = new NullChangeListener();

    public Task AfterCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token) => Task.CompletedTask;

    public Task BeforeCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token) => Task.CompletedTask;
}
