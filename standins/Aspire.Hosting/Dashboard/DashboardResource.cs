using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Dashboard;

/// <summary>The operations page as a part of the model, under the name that the real package gives it: so that its port is checked and assigned like others.</summary>
internal sealed class DashboardResource : Resource, IResourceWithEndpoints
{
    public const string ResourceName = "aspire-dashboard";

    public DashboardResource(DashboardSettings settings) : base(ResourceName)
    {
        Settings = settings;
        Endpoint = new EndpointAnnotation(ProtocolType.Tcp, "http", name: "http", port: settings.Port) { TargetHost = settings.Host };
        Annotations.Add(Endpoint);
    }

    public DashboardSettings Settings { get; }

    public EndpointAnnotation Endpoint { get; }

    /// <summary>Where a browser gets in.</summary>
    public string LoginLink => $"{Endpoint.AllocatedEndpoint!.UriString}/login?t={Uri.EscapeDataString(Settings.Token)}";
}
