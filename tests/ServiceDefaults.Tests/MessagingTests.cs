using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using QrPlatform.ServiceDefaults.Messaging;

namespace QrPlatform.ServiceDefaults.Tests;

public sealed class MessagingTests
{
    [Fact]
    public async Task Nothing_about_its_use_leaves_the_platform()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.AddPlatformMessaging();
        await using var app = builder.Build();

        Assert.False(app.Services.GetRequiredService<IOptions<UsageTelemetryOptions>>().Value.Enabled);
    }
}
