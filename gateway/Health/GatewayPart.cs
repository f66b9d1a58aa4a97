using QrPlatform.Gateway.Identity;

namespace QrPlatform.Gateway.Health;

/// <summary>The gateway itself: it is ready when tokens can be asked for.</summary>
internal sealed class GatewayPart(IdentityPreparation identity) : Part("gateway")
{
    public override Task<Reading> LookAsync(CancellationToken cancellationToken) =>
        Task.FromResult(identity.IsDone ? Reading.Healthy : Reading.Unhealthy("The user directory is still being prepared."));
}
