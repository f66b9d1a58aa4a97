using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using QrPlatform.Notices;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Gateway.Identity;

/// <summary>Users, tokens and their keys. The gateway checks tokens by the keys it holds, without asking itself over HTTP.</summary>
internal static class IdentityExtensions
{
    public static void AddIdentity(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<SigningKeyOptions>().BindConfiguration("Keys");
        builder.Services.AddSingleton<SigningKeys>();
        builder.Services.AddSingleton<TokenIssuer>();
        builder.Services.AddSingleton<GuessLimit>();
        builder.Services.AddSingleton<UserDirectory>();
        builder.Services.AddSingleton<UserAccounts>();
        builder.Services.AddSingleton<TokenVersions>();
        builder.Services.AddSingleton<PasswordHashing>();
        builder.Services.AddSingleton<DemoIdentities>();
        builder.Services.AddSingleton<IdentityPreparation>();
        builder.Services.AddHostedService(services => services.GetRequiredService<IdentityPreparation>());
        builder.Services.AddNotices(IdentityPreparation.Schema);

        builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        builder.Services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme).Configure<SigningKeys>((options, keys) =>
        {
            options.MapInboundClaims = false;
            options.TokenValidationParameters = PlatformAuthentication.ValidationParameters();

            // The bearer tokens of public routes are ingest keys, which ingestion knows: to take each for a broken token costs an exception.
            options.Events = new JwtBearerEvents
            {
                OnMessageReceived = context =>
                {
                    if (context.HttpContext.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null) context.NoResult();
                    return Task.CompletedTask;
                },
            };
            options.TokenValidationParameters.IssuerSigningKeyResolver = (_, _, kid, _) => keys.Published.Where(key => key.Kid == kid);
        });
        builder.Services.AddPlatformAuthorization();

        // The services' rule "without a policy, a token" would turn 404, 405 and 415 into 401. Here each route must name its policy (RouteCheck).
        builder.Services.Configure<AuthorizationOptions>(options => options.FallbackPolicy = null);
    }

    public static void MapIdentity(this WebApplication app)
    {
        // Made at start, so that an unusable key directory is known then.
        app.Services.GetRequiredService<SigningKeys>();
        RequestToken.Map(app);
        ManageUsers.Map(app);
        PublishKeys.Map(app);
    }
}
