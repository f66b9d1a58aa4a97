using System.Security.Claims;
using System.Text.RegularExpressions;
using JasperFx;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using QrPlatform.Alerting.Delivery;
using QrPlatform.Alerting.Evaluation;
using QrPlatform.Alerting.Incidents;
using QrPlatform.Requests;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Alerting.Rules;

/// <summary>
/// <c>/v1/alerts/rules</c>: administrators and analysts write, operators read. Whoever is limited to campaigns writes rules that see these only,
/// and finds no others.
/// </summary>
internal sealed partial class ManageRules(
    RuleStore rules, MeasureClient measures, WebhookSecrets secrets, IncidentWriter incidents, IOptions<AlertingOptions> options, TimeProvider clock)
{
    private const int MaxBody = 64 * 1024;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/alerts/rules");
        group.MapGet("", (ClaimsPrincipal user, ManageRules manage, CancellationToken ct) => manage.ListAsync(user, ct)).RequireAuthorization(Policies.Alerts);
        group.MapGet("/{id}", (string id, ClaimsPrincipal user, ManageRules manage, CancellationToken ct) => manage.GetAsync(id, user, ct)).RequireAuthorization(Policies.Alerts);
        group.MapPut("/{id}", (string id, HttpContext context, ManageRules manage, CancellationToken ct) => manage.PutAsync(id, context, ct)).RequireAuthorization(Policies.Analytics);
        group.MapDelete("/{id}", (string id, ClaimsPrincipal user, ManageRules manage, CancellationToken ct) => manage.DeleteAsync(id, user, ct)).RequireAuthorization(Policies.Analytics);
    }

    /// <summary>Whether a reader's campaigns allow what a rule of certain campaigns says.</summary>
    public static bool Sees(ClaimsPrincipal user, IReadOnlyList<string>? campaigns) =>
        user.GrantedCampaigns() is not { } granted || (campaigns is not null && campaigns.All(granted.Contains));

    public static ProblemHttpResult NotThere(string what) => TypedResults.Problem(statusCode: StatusCodes.Status404NotFound, title: $"There is no such {what}.", type: $"unknown_{what}");

    private async Task<IResult> ListAsync(ClaimsPrincipal user, CancellationToken cancellationToken) => TypedResults.Ok(new
    {
        Rules = (await rules.ListAsync(user.TenantId(), cancellationToken)).Where(stored => Sees(user, stored.Rule.Campaigns)).Select(stored => RuleResponse.Of(stored)),
    });

    private async Task<IResult> GetAsync(string id, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        await rules.FindAsync(user.TenantId(), id, cancellationToken) is { } stored && Sees(user, stored.Rule.Campaigns)
            ? TypedResults.Ok(RuleResponse.Of(stored))
            : NotThere("rule");

    private async Task<IResult> PutAsync(string id, HttpContext context, CancellationToken cancellationToken)
    {
        var (body, refusal) = await RequestBody.ReadObjectAsync(context.Request, MaxBody, cancellationToken);
        if (refusal is not null) return refusal;
        using var json = body!;
        var (user, tenant) = (context.User, context.User.TenantId());
        var errors = new List<FieldError>();
        if (!RuleId().IsMatch(id)) errors.Add(new FieldError("id", "not_an_id", "Must have 1 to 64 lower-case letters, digits, - and _."));
        var asked = RuleReader.Read(json.RootElement, user.GrantedCampaigns()?.Order(StringComparer.Ordinal).ToArray(), errors);
        if (asked is null || errors.Count > 0) return Impossible(errors);

        var existing = await rules.FindAsync(tenant, id, cancellationToken);
        if (existing is not null && !Sees(user, existing.Rule.Campaigns)) return NotThere("rule");
        var (zone, faults) = await measures.CheckAsync(tenant, asked.Rule, cancellationToken);
        if (faults.Count > 0) return Impossible(faults);
        if (TooFarBack(asked.Rule, zone!) is { } tooFar) return Impossible([tooFar]);

        var (webhooks, made) = secrets.Seal(tenant, asked.Webhooks, existing?.Rule.Webhooks ?? []);
        var rule = asked.Rule with { Webhooks = webhooks };
        var goesOn = existing is not null && existing.Rule.MeasuresLike(rule);
        var first = Intervals.From(rule.EvaluateFrom ?? clock.GetUtcNow(), rule.Interval, zone!).Start;

        // A rule that begins now looks at the interval that is under way as its first.
        var start = rule.EvaluateFrom is null ? Intervals.Containing(clock.GetUtcNow(), rule.Interval, zone!).Start : first;

        // What went by while it was switched off is not made up for.
        var until = !goesOn ? start : existing!.Rule.Enabled || !rule.Enabled ? existing.EvaluatedUntil : Intervals.Containing(clock.GetUtcNow(), rule.Interval, zone!).Start;
        var stored = new StoredRule(tenant, id, goesOn ? existing!.SeriesId : Guid.NewGuid(), existing?.Version ?? 0, rule, until);
        if (await rules.SaveAsync(stored, NameOf(user), cancellationToken) is not { } version)
            return TypedResults.Problem("Read it again and repeat the change.", statusCode: StatusCodes.Status409Conflict, title: "Somebody else changed the rule at the same time.", type: "changed_meanwhile");
        var response = RuleResponse.Of(stored with { Version = version }, made);
        return existing is null ? TypedResults.Created($"/v1/alerts/rules/{id}", response) : TypedResults.Ok(response);
    }

    private async Task<IResult> DeleteAsync(string id, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await rules.FindAsync(user.TenantId(), id, cancellationToken) is not { } stored || !Sees(user, stored.Rule.Campaigns)) return NotThere("rule");
            try
            {
                await incidents.RemoveRuleAsync(stored, NameOf(user), cancellationToken);
                return TypedResults.NoContent();
            }
            catch (ConcurrencyException)
            {
                // Somebody else deleted it at the same time, or its incident went on. Looking again tells which, and each time somebody got on.
            }
        }
    }

    private static string NameOf(ClaimsPrincipal user) => user.Identity?.Name ?? "";

    private FieldError? TooFarBack(Rule rule, TimeZoneInfo zone)
    {
        if (rule.EvaluateFrom is not { } from) return null;
        var first = Intervals.From(from, rule.Interval, zone);
        var behind = (clock.GetUtcNow() - first.Start) / (first.End - first.Start);
        return behind <= options.Value.MostIntervalsBehind ? null
            : new FieldError("$.evaluateFrom", "out_of_range", $"May lie at most {options.Value.MostIntervalsBehind} intervals back.");
    }

    private static ProblemHttpResult Impossible(IReadOnlyList<FieldError> errors) =>
        RequestProblems.Of(StatusCodes.Status422UnprocessableEntity, "The rule is not possible.", errors);

    [GeneratedRegex(@"^[a-z0-9][a-z0-9_-]{0,63}\z")]
    private static partial Regex RuleId();
}
