namespace Aspire.Hosting.Dashboard;

/// <summary>An address of a resource; one for browsers is a link.</summary>
internal sealed record AddressView(string Name, string Url, bool IsLink);

/// <summary>Something that a resource waits for before it starts.</summary>
/// <param name="Name">The other resource.</param>
/// <param name="For">healthy, started or completed.</param>
/// <param name="IsMet">Whether it is so now.</param>
internal sealed record WaitView(string Name, string For, bool IsMet);

/// <summary>A resource as the page shows it. Times are in UTC.</summary>
internal sealed record ResourceView
{
    /// <summary>The name in the model.</summary>
    public required string Name { get; init; }

    /// <summary>The resource that it lives in, as a database in its server.</summary>
    public string? Parent { get; init; }

    /// <summary>What it is.</summary>
    public required string Type { get; init; }

    /// <summary>One of the states of <see cref="ResourceViews" />.</summary>
    public required string State { get; init; }

    /// <summary>More about the state: why it is started again, why it failed.</summary>
    public string? Note { get; init; }

    /// <summary>healthy, unhealthy, or null while it does not run.</summary>
    public string? Health { get; init; }

    /// <summary>What the failing check says.</summary>
    public string? HealthMessage { get; init; }

    /// <summary>Of a parameter; of a secret one, a mask.</summary>
    public string? Value { get; init; }

    public required IReadOnlyList<AddressView> Addresses { get; init; }

    public int? Pid { get; init; }

    public DateTime? StartedAt { get; init; }

    public DateTime? StoppedAt { get; init; }

    /// <summary>When it is started again, while it pauses between two starts.</summary>
    public DateTime? RestartAt { get; init; }

    /// <summary>How often the process was started after the first time; null without process.</summary>
    public int? Restarts { get; init; }

    /// <summary>How the last process ended.</summary>
    public int? LastExitCode { get; init; }

    public DateTime? LastExitAt { get; init; }

    public required IReadOnlyList<WaitView> WaitsFor { get; init; }

    /// <summary>What can be asked of it now.</summary>
    public required IReadOnlyList<string> Commands { get; init; }

    /// <summary>Whether it has a console.</summary>
    public bool HasLog { get; init; }

    /// <summary>Who waits for it.</summary>
    public required IReadOnlyList<string> Dependents { get; init; }
}
