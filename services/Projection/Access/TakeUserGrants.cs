using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Projection.Access;

/// <summary>A user's role and campaigns, as the gateway tells them after each change.</summary>
/// <param name="Tenant">The user's tenant.</param>
/// <param name="User">The user's name.</param>
/// <param name="Version">Counts the changes of the name: news of a smaller one are older.</param>
/// <param name="Role">The role; null where the user was removed.</param>
/// <param name="Campaigns">What the user is limited to; null for everything of the tenant.</param>
/// <param name="Actor">Who did it.</param>
public sealed record UserGrants(string Tenant, string User, int Version, string? Role, IReadOnlyList<string>? Campaigns, string Actor);

/// <summary>News of users.</summary>
/// <param name="Notices">The news, the oldest first.</param>
public sealed record UserNews(IReadOnlyList<UserGrants> Notices);

/// <summary><c>POST /internal/v1/user-grants</c>, for the gateway only: moves the rows that users' BI logins see. May be told twice.</summary>
internal static class TakeUserGrants
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/internal/v1/user-grants", HandleAsync).RequireServiceKey().AllowAnonymous().ExcludeFromDescription();

    private static async Task<IResult> HandleAsync(UserNews news, BiLogins logins, CancellationToken cancellationToken)
    {
        foreach (var user in news.Notices) await logins.FollowAsync(user, cancellationToken);
        return TypedResults.NoContent();
    }
}
