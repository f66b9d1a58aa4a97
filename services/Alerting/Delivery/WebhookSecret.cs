using System.Security.Cryptography;
using System.Text;
using QrPlatform.Alerting.Rules;
using QrPlatform.Keys;

namespace QrPlatform.Alerting.Delivery;

/// <summary>Secrets of Standard Webhooks, shown as <c>whsec_</c> and base64.</summary>
internal static class WebhookSecret
{
    private const string Prefix = "whsec_";

    public static string New() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>The secret's 24 to 64 bytes, or null where the text is none.</summary>
    public static byte[]? Bytes(string secret)
    {
        var bytes = new byte[128];
        return secret.StartsWith(Prefix, StringComparison.Ordinal) && Convert.TryFromBase64String(secret[Prefix.Length..], bytes, out var length) && length is >= 24 and <= 64
            ? bytes[..length]
            : null;
    }

    /// <summary>The header <c>webhook-signature</c> of a message.</summary>
    public static string Sign(string secret, string id, long timestamp, byte[] body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes(FormattableString.Invariant($"{id}.{timestamp}.")), .. body];
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(Bytes(secret)!, signed));
    }
}

/// <summary>Keeps endpoints' secrets sealed: under the tenant's key, for their address only.</summary>
internal sealed class WebhookSecrets(KeyDirectory keys)
{
    /// <summary>The endpoints to store, and the secrets that were made now. An address that is known keeps its secret unless another is stated.</summary>
    public (IReadOnlyList<Webhook> Webhooks, IReadOnlyDictionary<string, string> Made) Seal(
        string tenantId, IReadOnlyList<(string Url, string? Secret)> asked, IReadOnlyList<Webhook> known)
    {
        var made = new Dictionary<string, string>(StringComparer.Ordinal);
        var webhooks = new List<Webhook>();
        foreach (var (url, stated) in asked)
        {
            if (stated is null && known.FirstOrDefault(webhook => webhook.Url == url) is { } kept) webhooks.Add(kept);
            else webhooks.Add(new Webhook(url, SealedBox.Seal(Key(tenantId), Encoding.UTF8.GetBytes(stated ?? (made[url] = WebhookSecret.New())), Encoding.UTF8.GetBytes(url))));
        }

        return (webhooks, made);
    }

    public string Open(string tenantId, string url, byte[] sealedSecret) =>
        Encoding.UTF8.GetString(SealedBox.Open(Key(tenantId), sealedSecret, Encoding.UTF8.GetBytes(url)));

    private byte[] Key(string tenantId) => keys.GetOrCreate(KeyPurposes.WebhookSecret, tenantId);
}
