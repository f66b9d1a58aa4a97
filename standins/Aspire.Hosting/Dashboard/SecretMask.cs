using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Dashboard;

/// <summary>Takes the values of secrets out of what is shown, wherever a process has written them.</summary>
internal sealed class SecretMask
{
    public const string Shown = "••••••";

    /// <summary>Shorter ones would take parts of words with them.</summary>
    private const int Shortest = 6;

    private readonly string[] _secrets;

    private SecretMask(IEnumerable<string> secrets) =>
        // The longer first, because a shorter one may be a part of it.
        _secrets = [.. secrets.SelectMany(s => new[] { s, Uri.EscapeDataString(s) }).Where(s => s.Length >= Shortest).Distinct().OrderByDescending(s => s.Length)];

    public string Mask(string text)
    {
        foreach (var secret in _secrets)
            text = text.Replace(secret, Shown, StringComparison.Ordinal);
        return text;
    }

    /// <summary>Knows the secrets of a model: its parameters, its servers' passwords, and some more.</summary>
    public static async Task<SecretMask> OfAsync(DistributedApplicationModel model, IEnumerable<string?> more, CancellationToken cancellationToken)
    {
        var secrets = more.OfType<string>().ToList();
        foreach (var parameter in model.Resources.SelectMany(ParametersOf).Where(p => p.Secret).Distinct())
            if (await ValueAsync(parameter, cancellationToken).ConfigureAwait(false) is { } value)
                secrets.Add(value);
        return new SecretMask(secrets);
    }

    private static IEnumerable<ParameterResource> ParametersOf(IResource resource) => resource switch
    {
        ParameterResource parameter => [parameter],
        PostgresServerResource postgres => [postgres.PasswordParameter],
        RabbitMQServerResource rabbit => [rabbit.PasswordParameter],
        RedisResource { PasswordParameter: { } password } => [password],
        _ => [],
    };

    private static async Task<string?> ValueAsync(ParameterResource parameter, CancellationToken cancellationToken)
    {
        try
        {
            return await parameter.GetValueAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (DistributedApplicationException)
        {
            // It has no value, so there is nothing to hide.
            return null;
        }
    }
}
