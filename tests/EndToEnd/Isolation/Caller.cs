using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace QrPlatform.EndToEnd.Isolation;

/// <summary>Somebody who asks.</summary>
/// <param name="Name">For people who read what was found.</param>
/// <param name="Bearer">The credentials, or null.</param>
/// <param name="Role">Place of the role's letter in <see cref="RouteRow.Allowed"/>; null for whom no route knows.</param>
/// <param name="Own">What is the caller's to see.</param>
/// <param name="Foreign">What is not.</param>
internal sealed record Caller(string Name, string? Bearer, int? Role, IReadOnlyList<Belongings> Own, IReadOnlyList<Belongings> Foreign)
{
    /// <summary>Whether it holds an ingest key.</summary>
    public bool HasIngestKey => Bearer?.StartsWith("qr_ingest_", StringComparison.Ordinal) == true;

    /// <summary>Whether it is a token that the gateway never issues, rightly signed: it may be refused wherever a role alone would be let in.</summary>
    public bool IsOdd { get; init; }

    /// <summary>Sums of which at least one part is foreign, as they would stand in an answer.</summary>
    public IEnumerable<string> ForeignAmounts
    {
        get
        {
            var all = Own.Concat(Foreign).ToArray();
            for (var chosen = 1; chosen < 1 << all.Length; chosen++)
            {
                var parts = all.Where((_, i) => (chosen & (1 << i)) != 0).ToArray();
                if (parts.Intersect(Foreign).Any()) yield return parts.Sum(part => part.Amount).ToString(CultureInfo.InvariantCulture);
            }
        }
    }
}

/// <summary>Everybody who asks: each demo user, ingest keys, nobody, and tokens that were tampered with, are too old, or were never issued.</summary>
internal static class Callers
{
    private static readonly string[] DemoUsers = ["admin", "executive", "analyst", "marketer", "operator", "compliance"];

    public static async Task<IReadOnlyList<Caller>> AllAsync(Stack stack, Belongings granted, Belongings other, Belongings acme)
    {
        var callers = new List<Caller>();
        var tokens = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var user in (string[])[.. DemoUsers, "admin@acme"])
        {
            using var client = await stack.SignInAsync(user);
            tokens[user] = client.DefaultRequestHeaders.Authorization!.Parameter!;
        }

        for (var role = 0; role < DemoUsers.Length; role++)
        {
            Belongings[] own = DemoUsers[role] == "marketer" ? [granted] : [other, granted];
            callers.Add(new Caller(DemoUsers[role], tokens[DemoUsers[role]], role, own, [.. new[] { granted, other, acme }.Except(own)]));
        }

        callers.Add(new Caller("admin@acme", tokens["admin@acme"], 0, [acme], [granted, other]));
        Belongings[] all = [granted, other, acme];
        foreach (var (name, bearer) in Refused(tokens["admin"], SigningKey(stack))) callers.Add(new Caller(name, bearer, null, [], all));
        foreach (var (name, role, bearer) in Odd(tokens["admin"], SigningKey(stack))) callers.Add(new Caller(name, bearer, role, [], all) { IsOdd = true });
        return callers;
    }

    private static IEnumerable<(string Name, string? Bearer)> Refused(string token, ECDsa key)
    {
        yield return ("nobody", null);
        yield return ("an ingest key of demo", Door.DemoKey);
        yield return ("an ingest key of acme", Door.AcmeKey);
        yield return ("no token", "x");
        yield return ("an expired token", Sign(token, key, claims => (claims["iat"], claims["nbf"], claims["exp"]) = (Now(-7200), Now(-7200), Now(-120))));
        using var strange = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        yield return ("a token of another key", Sign(token, strange, _ => { }));
        var parts = token.Split('.');
        yield return ("a token for another tenant", $"{parts[0]}.{Encode(Changed(parts[1], claims => claims["tenant"] = "acme"))}.{parts[2]}");
        yield return ("a token of alg none", $"{Encode(Changed(parts[0], header => header["alg"] = "none"))}.{parts[1]}.");
        yield return ("a token signed with the public key", SignWithPublicKey(parts, key));
        yield return ("a token for another audience", Sign(token, key, claims => claims["aud"] = "elsewhere"));
        yield return ("a token of another issuer", Sign(token, key, claims => claims["iss"] = "elsewhere"));
        yield return ("a token without an end", Sign(token, key, claims => claims.Remove("exp")));
    }

    private static IEnumerable<(string Name, int? Role, string Bearer)> Odd(string token, ECDsa key)
    {
        yield return ("an administrator of no tenant", 0, Sign(token, key, claims => claims.Remove("tenant")));
        yield return ("an administrator of a tenant without a name", 0, Sign(token, key, claims => claims["tenant"] = ""));
        yield return ("an administrator of an unknown tenant", 0, Sign(token, key, claims => claims["tenant"] = "unknown-tenant"));
        yield return ("an analyst without grants", 3, Sign(token, key, claims => (claims["role"], claims["campaign_scope"]) = ("analyst", "granted")));
        yield return ("an analyst without a scope", 3, Sign(token, key, claims =>
        {
            claims["role"] = "analyst";
            claims.Remove("campaign_scope");
        }));
    }

    // The stack's own key: what is tried with it has a valid signature.
    private static ECDsa SigningKey(Stack stack)
    {
        var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(Directory.GetFiles(Path.Combine(stack.DataDirectory, "keys", "signing"), "*.pem").Order(StringComparer.Ordinal).Last()));
        return key;
    }

    private static string Sign(string token, ECDsa key, Action<Dictionary<string, object>> change)
    {
        var parts = token.Split('.');
        var signed = $"{parts[0]}.{Encode(Changed(parts[1], change))}";
        return $"{signed}.{Base64UrlEncoder.Encode(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    private static string SignWithPublicKey(string[] parts, ECDsa key)
    {
        var signed = $"{Encode(Changed(parts[0], header => header["alg"] = "HS256"))}.{parts[1]}";
        var secret = Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem());
        return $"{signed}.{Base64UrlEncoder.Encode(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(signed)))}";
    }

    private static Dictionary<string, object> Changed(string part, Action<Dictionary<string, object>> change)
    {
        var members = JsonSerializer.Deserialize<Dictionary<string, object>>(Base64UrlEncoder.Decode(part))!;
        change(members);
        return members;
    }

    private static string Encode(Dictionary<string, object> members) => Base64UrlEncoder.Encode(JsonSerializer.Serialize(members));

    private static long Now(int seconds) => TimeProvider.System.GetUtcNow().AddSeconds(seconds).ToUnixTimeSeconds();

    /// <summary>The header of a caller's requests.</summary>
    public static AuthenticationHeaderValue? HeaderOf(Caller caller) => caller.Bearer is null ? null : new AuthenticationHeaderValue("Bearer", caller.Bearer);
}
