using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>Gives a process the connection string of another resource, as ConnectionStrings__name, and its parts, as NAME_PART.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithConnectionString> source, string? connectionName = null,
        bool optional = false) where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(source);
        var resource = source.Resource;
        var name = connectionName ?? resource.Name;
        Relate(builder, resource);
        return builder.WithEnvironment(async context =>
        {
            var value = await resource.GetConnectionStringAsync(context.CancellationToken).ConfigureAwait(false);
            if (string.IsNullOrEmpty(value))
            {
                if (optional)
                    return;
                throw new DistributedApplicationException($"The connection string for the resource '{resource.Name}' is not available.");
            }

            context.EnvironmentVariables[resource.ConnectionStringEnvironmentVariable ?? $"ConnectionStrings__{name}"] = value;
            foreach (var (property, part) in resource.GetConnectionProperties())
                context.EnvironmentVariables[$"{VariableName(name)}_{property.ToUpperInvariant()}"] = part;
        });
    }

    /// <summary>Gives a process the addresses of a service, as services__name__scheme__0 and NAME_ENDPOINT.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(source);
        return builder.WithReference(source, source.Resource.Name);
    }

    /// <summary>Gives a process the addresses of a service under another name.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source, string name)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(source);
        return ReferToEndpoints(builder, source.Resource, name, _ => true);
    }

    /// <summary>Gives a process the address of one endpoint, as services__name__scheme__0 and NAME_ENDPOINT.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, EndpointReference endpointReference) where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(endpointReference);
        return ReferToEndpoints(
            builder, endpointReference.Resource, endpointReference.Resource.Name,
            e => string.Equals(e.Name, endpointReference.EndpointName, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Gives a process the address of a service that is none of the application's.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, string name, Uri uri) where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(uri);
        return !uri.IsAbsoluteUri || uri.AbsolutePath != "/"
            ? throw new InvalidOperationException("The uri must be absolute, and its path be '/'.")
            : builder.WithEnvironment($"services__{name}__default__0", uri.ToString());
    }

    private static IResourceBuilder<TDestination> ReferToEndpoints<TDestination>(
        IResourceBuilder<TDestination> builder, IResourceWithEndpoints source, string name, Func<EndpointAnnotation, bool> isMeant)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(builder);
        Relate(builder, source);
        // The endpoints are looked up when the process starts: they may be described after the reference.
        return builder.WithEnvironment(context =>
        {
            var counts = new Dictionary<string, int>();
            foreach (var endpoint in source.Annotations.OfType<EndpointAnnotation>().Where(isMeant))
            {
                var key = endpoint.Name is "http" or "https" ? endpoint.UriScheme : endpoint.Name;
                var index = counts[key] = counts.GetValueOrDefault(key, -1) + 1;
                var reference = source.GetEndpoint(endpoint.Name);
                context.EnvironmentVariables[$"services__{name}__{key}__{index}"] = reference;
                context.EnvironmentVariables[$"{VariableName(name)}_{VariableName(endpoint.Name)}"] = reference;
            }
        });
    }

    private static void Relate<TDestination>(IResourceBuilder<TDestination> builder, IResource source)
        where TDestination : IResourceWithEnvironment =>
        builder.WithAnnotation(new ResourceRelationshipAnnotation(source, "Reference"));

    private static string VariableName(string name)
    {
        var encoded = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_'));
        return char.IsAsciiDigit(encoded[0]) ? "_" + encoded : encoded;
    }
}
