using System.Security.Claims;
using System.Text.Json;
using QrPlatform.Gateway.Web;
using QrPlatform.Keys;
using QrPlatform.Notices;
using QrPlatform.Requests;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Gateway.Identity;

/// <summary>
/// <c>/v1/users</c>: who may sign in to a tenant, as what, and which campaigns they are limited to; for administrators of the whole tenant.
/// </summary>
internal static class ManageUsers
{
    private const string Path = "/v1/users";
    private const int MaxBody = 64 * 1024, MostCampaigns = 1_000, ShortestPassword = 12, LongestPassword = 128;

    // Grants travel in the token, and the token in a header, of which servers take some thousand bytes.
    private const int MostGrantBytes = 8_000;

    private static readonly Dictionary<string, string> KnownRoles =
        new[] { Roles.Administrator, Roles.Executive, Roles.Analyst, Roles.Operator, Roles.ComplianceOfficer }.ToDictionary(role => role, StringComparer.Ordinal);

    public static void Map(WebApplication app)
    {
        var group = app.MapGroup(Path).RequireAuthorization(Policies.Administration).AddEndpointFilter(RefuseAsync);
        group.MapGet("", ListAsync).WithName("ListUsers").WithSummary("The tenant's users.");
        group.MapGet("{name}", GetAsync).WithName("GetUser").WithSummary("A user's role and campaigns.");
        group.MapPut("{name}", PutAsync).WithName("PutUser").WithSummary("Makes or changes a user; a generated password is told once.");
        group.MapPost("{name}/password", RenewAsync).WithName("RenewUserPassword").WithSummary("Gives a user another password, told once.");
        group.MapDelete("{name}", DeleteAsync).WithName("RemoveUser").WithSummary("Removes a user.");
    }

    // Who is limited to campaigns sees nobody and gives nobody more.
    private static async ValueTask<object?> RefuseAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var context = invocation.HttpContext;
        context.Response.Headers.CacheControl = "private, no-store";
        if (context.User.GrantedCampaigns() is not null)
            return TypedResults.Problem("You are limited to campaigns. An administrator of the whole tenant manages users.", statusCode: StatusCodes.Status403Forbidden, title: "Not allowed.", type: "campaign_not_granted");
        if (context.RequestServices.GetRequiredService<IdentityPreparation>().IsDone) return await next(invocation);
        context.Response.Headers.RetryAfter = Problems.RetrySoon;
        return TypedResults.Problem(statusCode: StatusCodes.Status503ServiceUnavailable, title: "The gateway is still preparing its user directory.");
    }

    private static async Task<IResult> ListAsync(ClaimsPrincipal user, UserAccounts accounts, CancellationToken cancellationToken) =>
        TypedResults.Ok(new { data = await accounts.FindAsync(user.TenantId(), null, cancellationToken) });

    private static async Task<IResult> GetAsync(string name, HttpContext context, UserAccounts accounts, CancellationToken cancellationToken) =>
        UserName.IsPossible(name) && await accounts.FindAsync(context.User.TenantId(), name, cancellationToken) is [var found]
            ? Answer(context, found, null, StatusCodes.Status200OK)
            : Unknown();

    private static async Task<IResult> PutAsync(
        string name, HttpContext context, UserAccounts accounts, PasswordHashing hashing, TokenVersions versions, NoticeSender notices, CancellationToken cancellationToken)
    {
        var (condition, malformed) = Precondition.Read(context.Request);
        if (malformed is not null) return malformed;
        var (json, refusal) = await RequestBody.ReadObjectAsync(context.Request, MaxBody, cancellationToken);
        if (refusal is not null) return refusal;
        using var body = json!;
        var tenant = context.User.TenantId();
        var errors = new List<FieldError>();
        var (role, campaigns, password) = Read(body.RootElement, errors);
        if (!UserName.IsPossible(name)) errors.Add(NameFault(tenant));
        if (errors.Count > 0) return Impossible(errors);

        var isKnown = await accounts.FindAsync(tenant, name, cancellationToken) is [_];
        var generated = isKnown || password is not null ? null : GeneratedPassword.Create();
        var hash = (password ?? generated) is { } text ? await hashing.CreateAsync(text, cancellationToken) : null;
        var outcome = await accounts.PutAsync(tenant, name, new UserSettings(role!, campaigns, hash), ActorOf(context.User), condition!, cancellationToken);
        if (Refusal(outcome, tenant) is { } refused) return refused;
        await TellAsync(name, versions, notices);
        if (outcome.Existing == 0) context.Response.Headers.Location = $"{Path}/{Uri.EscapeDataString(name)}";
        return Answer(context, outcome.Account!, generated, outcome.Existing == 0 ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static async Task<IResult> RenewAsync(
        string name, HttpContext context, UserAccounts accounts, PasswordHashing hashing, TokenVersions versions, NoticeSender notices, CancellationToken cancellationToken)
    {
        var (condition, malformed) = Precondition.Read(context.Request);
        if (malformed is not null) return malformed;
        var tenant = context.User.TenantId();
        if (!UserName.IsPossible(name) || await accounts.FindAsync(tenant, name, cancellationToken) is not [var known]) return Unknown();
        var made = GeneratedPassword.Create();
        var expected = condition!.IsStated ? condition : new Precondition([Precondition.TagOf(known.Version)], MustBeNew: false);
        var settings = new UserSettings(known.Role, known.Campaigns, await hashing.CreateAsync(made, cancellationToken));
        var outcome = await accounts.PutAsync(tenant, name, settings, ActorOf(context.User), expected, cancellationToken);
        if (Refusal(outcome, tenant) is { } refused) return refused;
        await TellAsync(name, versions, notices);
        return Answer(context, outcome.Account!, made, StatusCodes.Status200OK);
    }

    private static async Task<IResult> DeleteAsync(
        string name, HttpContext context, UserAccounts accounts, TokenVersions versions, NoticeSender notices, CancellationToken cancellationToken)
    {
        var (condition, malformed) = Precondition.Read(context.Request);
        if (malformed is not null) return malformed;
        if (!UserName.IsPossible(name)) return Unknown();
        var tenant = context.User.TenantId();
        var outcome = await accounts.RemoveAsync(tenant, name, ActorOf(context.User), condition!, cancellationToken);
        if (Refusal(outcome, tenant) is { } refused) return refused;
        if (outcome.Existing == 0) return Unknown();
        await TellAsync(name, versions, notices);
        return TypedResults.NoContent();
    }

    private static (string? Role, string[]? Campaigns, string? Password) Read(JsonElement body, List<FieldError> errors)
    {
        var reader = new JsonObjectReader(body, "$", errors);
        reader.Allow("role", "campaigns", "password", "name", "version", "createdAt", "changedAt", "changedBy", "isDemo");
        var role = reader.Text("role", required: true);
        if (role is not null && !KnownRoles.ContainsKey(role)) reader.Note("role", "unknown_role", $"There is no such role. Allowed: {string.Join(", ", KnownRoles.Keys.Order(StringComparer.Ordinal))}.");
        var campaigns = reader.Ids(body, "campaigns", MostCampaigns);
        if (campaigns is not null && JsonSerializer.SerializeToUtf8Bytes(campaigns).Length > MostGrantBytes)
            reader.Note("campaigns", "too_long", $"May have {MostGrantBytes} bytes in all, because tokens carry them. Leave it out for all campaigns.");
        var password = reader.Text("password");
        if (password is not null && (password.Length is < ShortestPassword or > LongestPassword || password.Any(char.IsControl)))
            reader.Note("password", "not_a_password", $"Must have {ShortestPassword} to {LongestPassword} characters. Leave it out to have one made, or to keep the one there is.");
        return (role, campaigns, password);
    }

    private static IResult? Refusal(UserOutcome outcome, string tenantId) => outcome.Fault switch
    {
        UserFault.None => null,
        UserFault.Name => Impossible([NameFault(tenantId)]),
        UserFault.LastAdministrator => TypedResults.Problem(
            "Nobody would be left to manage the tenant. Make somebody else an administrator of all campaigns first.",
            statusCode: StatusCodes.Status409Conflict, title: "The user is the last administrator.", type: "last_administrator"),
        UserFault.TooMany => TypedResults.Problem("Remove users who do not sign in any more.", statusCode: StatusCodes.Status409Conflict, title: "The tenant has as many users as it may.", type: "too_many_users"),

        // Removed by somebody else since it was looked up.
        UserFault.NoPassword => Unknown(),
        _ => Precondition.Failed(outcome.Existing),
    };

    // What was committed takes effect, whether or not the caller still waits for the answer; what is not taken now is taken later.
    private static async Task TellAsync(string name, TokenVersions versions, NoticeSender notices)
    {
        versions.Forget(name);
        await notices.SendAsync(CancellationToken.None);
    }

    private static IResult Answer(HttpContext context, UserAccount account, string? password, int status)
    {
        context.Response.Headers.ETag = Precondition.TagOf(account.Version).ToString();
        return password is null
            ? TypedResults.Json(account, JsonSerializerOptions.Web, statusCode: status)
            : TypedResults.Json(
                new { account.Name, account.Role, account.Campaigns, account.Version, account.CreatedAt, account.ChangedAt, account.ChangedBy, account.IsDemo, Password = password },
                JsonSerializerOptions.Web, statusCode: status);
    }

    private static FieldError NameFault(string tenantId) => new("name", "not_a_name", UserName.Form(tenantId));

    private static string ActorOf(ClaimsPrincipal user) => user.FindFirstValue(PlatformClaims.Subject) ?? "unknown";

    private static IResult Impossible(IReadOnlyList<FieldError> errors) => RequestProblems.Of(StatusCodes.Status422UnprocessableEntity, "The user is not possible.", errors);

    private static IResult Unknown() => TypedResults.Problem("Your tenant has no user of this name.", statusCode: StatusCodes.Status404NotFound, title: "There is no such user.", type: "unknown_user");
}
