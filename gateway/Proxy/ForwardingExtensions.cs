using System.Collections.Concurrent;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using QrPlatform.ServiceDefaults.Security;
using Yarp.ReverseProxy.ServiceDiscovery;
using Yarp.ReverseProxy.Transforms;

namespace QrPlatform.Gateway.Proxy;

/// <summary>Routes and clusters are data (<c>ReverseProxy</c> in appsettings.json); how they are forwarded is set here.</summary>
internal static class ForwardingExtensions
{
    /// <summary>Policy of routes that any user of the tenant may call; what of it they see is the service's decision.</summary>
    public const string SignedIn = "signed-in";

    public static void AddForwarding(this WebApplicationBuilder builder)
    {
        builder.Services.AddAuthorizationBuilder().AddPolicy(SignedIn, policy => policy.RequireTenant());
        builder.Services.AddSingleton<IDestinationResolver, ServiceDestinations>();
        builder.Services.Configure<KeyManagementOptions>(options =>
            (options.XmlRepository, options.XmlEncryptor) = (new UnsavedKeys(), new NullXmlEncryptor()));
        builder.Services.AddReverseProxy()
            .LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"))
            .AddConfigFilter<RouteCheck>()
            .ConfigureHttpClient((_, handler) => handler.ConnectTimeout = TimeSpan.FromSeconds(3))

            // The key by which services know each other never comes from outside.
            .AddTransforms(transforms => transforms.AddRequestHeaderRemove(ServiceKey.Header));
    }

    public static void MapForwarding(this WebApplication app) => app.MapReverseProxy(proxy =>
    {
        proxy.Use(BodyLimit.ApplyAsync);
        proxy.Use(ForwardingProblems.DescribeAsync);
        proxy.UseSessionAffinity();
        proxy.UseLoadBalancing();
        proxy.UsePassiveHealthChecks();
    });

    // YARP brings data protection for affinity cookies, which no route uses: its keys need no place in the user's home directory.
    private sealed class UnsavedKeys : IXmlRepository
    {
        private readonly ConcurrentQueue<XElement> _keys = new();

        public IReadOnlyCollection<XElement> GetAllElements() => [.. _keys];

        public void StoreElement(XElement element, string friendlyName) => _keys.Enqueue(element);
    }
}
