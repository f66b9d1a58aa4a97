using System.Security.Claims;
using System.Text.Json;
using System.Text.RegularExpressions;
using QrPlatform.Keys;
using QrPlatform.Requests;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Projection.Access;

/// <summary>
/// <c>/v1/bi-logins</c>: an administrator's PostgreSQL logins for BI tools. <c>PUT {name}</c> with <c>{"campaigns": [...], "password": "..."}</c> makes or
/// changes one; without campaigns it sees all of the tenant, with <c>"user"</c> instead what that user may see, without a password a new one gets a password that is told once. Names begin with
/// <c>bi_</c> and the tenant, so that no name is another tenant's.
/// </summary>
internal static partial class ManageBiLogins
{
    private const string Path = "/v1/bi-logins";
    private const int MaxBody = 64 * 1024, MostCampaigns = 1_000, LongestName = 63, ShownChanges = 200;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(Path).RequireAuthorization(Policies.Administration);
        group.MapGet("", ListAsync).WithName("ListBiLogins").WithSummary("The tenant's PostgreSQL logins for BI tools.");
        group.MapGet("changes", ChangesAsync).WithName("ListBiLoginChanges").WithSummary("Who did what to the tenant's logins, newest first.");
        group.MapGet("{name}", GetAsync).WithName("GetBiLogin").WithSummary("A login and what it sees.");
        group.MapPut("{name}", PutAsync).WithName("PutBiLogin").WithSummary("Makes or changes a login; a generated password is told once.");
        group.MapPost("{name}/password", RenewAsync).WithName("RenewBiLoginPassword").WithSummary("Gives a login another password, told once, and ends its sessions.");
        group.MapDelete("{name}", DeleteAsync).WithName("RemoveBiLogin").WithSummary("Removes a login and ends its sessions.");
    }

    private static async Task<IResult> ListAsync(HttpContext context, BiLogins logins, CancellationToken cancellationToken)
    {
        context.Response.Headers.CacheControl = "private, no-store";
        return TypedResults.Ok(new { data = await logins.FindAsync(context.User.TenantId(), null, cancellationToken) });
    }

    private static async Task<IResult> ChangesAsync(HttpContext context, BiLogins logins, CancellationToken cancellationToken)
    {
        context.Response.Headers.CacheControl = "private, no-store";
        return TypedResults.Ok(new { data = await logins.ChangesAsync(context.User.TenantId(), ShownChanges, cancellationToken) });
    }

    private static async Task<IResult> GetAsync(string name, HttpContext context, BiLogins logins, CancellationToken cancellationToken) =>
        NameFault(name, context.User.TenantId()) is null && await logins.FindAsync(context.User.TenantId(), name, cancellationToken) is [var found]
            ? Answer(context, found, null, StatusCodes.Status200OK)
            : Unknown();

    private static async Task<IResult> PutAsync(string name, HttpContext context, BiLogins logins, CancellationToken cancellationToken)
    {
        var (condition, malformed) = Precondition.Read(context.Request);
        if (malformed is not null) return malformed;
        var (json, refusal) = await RequestBody.ReadObjectAsync(context.Request, MaxBody, cancellationToken);
        if (refusal is not null) return refusal;
        using var body = json!;
        var user = context.User;
        var errors = new List<FieldError>();
        if (NameFault(name, user.TenantId()) is { } fault) errors.Add(fault);
        var reader = new JsonObjectReader(body.RootElement, "$", errors);
        reader.Allow("campaigns", "password", "name", "version", "createdAt", "changedAt", "changedBy", "user", "mayLogIn");
        var campaigns = reader.Ids(body.RootElement, "campaigns", MostCampaigns);
        var owner = reader.Text("user");
        if (owner is not null && campaigns is not null) reader.Note("campaigns", "not_both", "A user's login sees what the user may see. Leave one of campaigns and user out.");
        var password = reader.Text("password");
        if (password is not null && !Password().IsMatch(password)) reader.Note("password", "not_a_password", "Must have 12 to 128 characters, ASCII from ! to ~. Leave it out to have one made.");
        if (errors.Count > 0) return RequestProblems.Of(StatusCodes.Status422UnprocessableEntity, "The login is not possible.", errors);
        if (!MayGrant(user)) return NotGranted();

        var known = await logins.FindAsync(user.TenantId(), name, cancellationToken) is [_];
        var generated = known || password is not null ? null : GeneratedPassword.Create();
        var outcome = await logins.PutAsync(user.TenantId(), name, new BiLoginRows(campaigns, owner), password ?? generated, ActorOf(user), condition!, cancellationToken);
        if (outcome.IsTaken) return Taken(name);
        if (outcome.UserFault is { } unfit) return RequestProblems.Of(StatusCodes.Status422UnprocessableEntity, "The login is not possible.", [new FieldError("$.user", "not_a_user", unfit)]);
        if (outcome.Login is not { } login) return Precondition.Failed(outcome.Existing);
        if (outcome.Existing == 0) context.Response.Headers.Location = $"{Path}/{name}";
        return Answer(context, login, generated, outcome.Existing == 0 ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static async Task<IResult> RenewAsync(string name, HttpContext context, BiLogins logins, CancellationToken cancellationToken)
    {
        var (condition, malformed) = Precondition.Read(context.Request);
        if (malformed is not null) return malformed;
        var user = context.User;
        if (NameFault(name, user.TenantId()) is not null || await logins.FindAsync(user.TenantId(), name, cancellationToken) is not [var known]) return Unknown();
        if (!MayGrant(user)) return NotGranted();
        var made = GeneratedPassword.Create();
        var rows = new BiLoginRows(known.User is null ? known.Campaigns : null, known.User);
        var expected = condition!.IsStated ? condition : new Precondition([Precondition.TagOf(known.Version)], MustBeNew: false);
        var outcome = await logins.PutAsync(user.TenantId(), name, rows, made, ActorOf(user), expected, cancellationToken);
        if (outcome.Login is { } login) return Answer(context, login, made, StatusCodes.Status200OK);
        return outcome.UserFault is { } unfit
            ? TypedResults.Problem(unfit, statusCode: StatusCodes.Status409Conflict, title: "The login may not log in.", type: "not_a_user")
            : Precondition.Failed(outcome.Existing);
    }

    private static async Task<IResult> DeleteAsync(string name, HttpContext context, BiLogins logins, CancellationToken cancellationToken)
    {
        var (condition, malformed) = Precondition.Read(context.Request);
        if (malformed is not null) return malformed;
        var user = context.User;
        if (NameFault(name, user.TenantId()) is not null) return Unknown();
        if (!MayGrant(user)) return NotGranted();
        var (outcome, removed) = await logins.RemoveAsync(user.TenantId(), name, ActorOf(user), condition!, cancellationToken);
        return removed ? TypedResults.NoContent() : outcome.Existing == 0 ? Unknown() : Precondition.Failed(outcome.Existing);
    }

    private static FieldError? NameFault(string name, string tenantId)
    {
        var own = $"bi_{tenantId}";
        return name.Length <= LongestName && (name == own || (name.StartsWith(own + "_", StringComparison.Ordinal) && Suffix().IsMatch(name[(own.Length + 1)..])))
            ? null
            : new FieldError("name", "not_a_name", $"Must be {own}, or {own}_ and lower-case letters, digits and _, up to {LongestName} characters in all.");
    }

    // Who is limited to campaigns gives nobody more, and takes nothing from others.
    private static bool MayGrant(ClaimsPrincipal user) => user.GrantedCampaigns() is null;

    private static string ActorOf(ClaimsPrincipal user) => user.Identity?.Name ?? "unknown";

    private static IResult Answer(HttpContext context, BiLogin login, string? password, int status)
    {
        context.Response.Headers.ETag = Precondition.TagOf(login.Version).ToString();
        context.Response.Headers.CacheControl = "private, no-store";
        return password is null
            ? TypedResults.Json(login, JsonSerializerOptions.Web, statusCode: status)
            : TypedResults.Json(new { login.Name, login.Version, login.CreatedAt, login.ChangedAt, login.ChangedBy, login.Campaigns, login.User, login.MayLogIn, Password = password }, JsonSerializerOptions.Web, statusCode: status);
    }

    private static IResult Unknown() => TypedResults.Problem("Your tenant has no BI login of this name.", statusCode: StatusCodes.Status404NotFound, title: "There is no such login.", type: "unknown_login");

    private static IResult NotGranted() => TypedResults.Problem(
        "You are limited to campaigns. An administrator of the whole tenant manages logins.", statusCode: StatusCodes.Status403Forbidden, title: "Not allowed.", type: "campaign_not_granted");

    private static IResult Taken(string name) => TypedResults.Problem(
        $"The database server has a role {name} that is no login of this platform. Choose another name.", statusCode: StatusCodes.Status409Conflict, title: "The name is taken.", type: "name_taken");

    [GeneratedRegex("^[a-z0-9_]{1,50}\\z")]
    private static partial Regex Suffix();

    [GeneratedRegex("^[!-~]{12,128}\\z")]
    private static partial Regex Password();
}
