namespace QrPlatform.Alerting.Delivery;

/// <summary>A message that is to be delivered now.</summary>
internal sealed record DueDelivery(Guid Id, string TenantId, Guid IncidentId, string Kind, string Target, byte[]? SealedSecret, Message Message, int Attempts, DateTimeOffset CreatedAt);

/// <summary>How a try ended.</summary>
internal abstract record Attempt
{
    /// <summary>Taken over by the receiver.</summary>
    public sealed record Delivered : Attempt;

    /// <summary>May succeed later.</summary>
    public sealed record Postponed(string Error, TimeSpan? After = null) : Attempt;

    /// <summary>Will not succeed.</summary>
    public sealed record Refused(string Error) : Attempt;

    /// <summary>There is no mail server.</summary>
    public sealed record NotConfigured(string Error) : Attempt;
}
