using System.Globalization;
using System.Security.Claims;
using Marten;
using Microsoft.AspNetCore.Http.Features;
using QrPlatform.Alerting.Rules;
using QrPlatform.Requests;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Alerting.Incidents;

/// <summary><c>/v1/alerts/incidents</c>: the list, one incident with its history and messages, and taking one on.</summary>
internal sealed class ShowIncidents(IncidentList incidents, IncidentWriter writer, IDocumentStore store)
{
    private static readonly string[] States = [IncidentProjection.Open, IncidentProjection.Acknowledged, IncidentProjection.Resolved];

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/alerts/incidents").RequireAuthorization(Policies.Alerts);
        group.MapGet("", (HttpContext context, ShowIncidents show, CancellationToken ct) => show.ListAsync(context, ct));
        group.MapGet("/{id:guid}", (Guid id, ClaimsPrincipal user, ShowIncidents show, CancellationToken ct) => show.GetAsync(id, user, ct));
        group.MapPost("/{id:guid}/acknowledgement", (Guid id, HttpContext context, ShowIncidents show, CancellationToken ct) => show.AcknowledgeAsync(id, context, ct));
    }

    private async Task<IResult> ListAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var (query, errors) = (context.Request.Query, new List<FieldError>());
        var state = query["state"].ToString() is { Length: > 0 } stated ? stated : null;
        if (state is not null && !States.Contains(state)) errors.Add(new FieldError("state", "unknown_value", $"Must be one of: {string.Join(", ", States)}."));
        var limit = 100;
        if (query["limit"].ToString() is { Length: > 0 } text && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > 1_000))
            errors.Add(new FieldError("limit", "out_of_range", "Must be a whole number from 1 to 1000."));
        if (errors.Count > 0) return RequestProblems.Of(StatusCodes.Status400BadRequest, "A parameter is not valid.", errors);
        var rule = query["ruleId"].ToString() is { Length: > 0 } id ? id : null;
        return TypedResults.Ok(new { Incidents = await incidents.ListAsync(context.User.TenantId(), state, rule, null, limit, context.User.GrantedCampaigns(), cancellationToken) });
    }

    private async Task<IResult> GetAsync(Guid id, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, user, cancellationToken) is not { } summary) return ManageRules.NotThere("incident");
        await using var session = store.QuerySession(user.TenantId());
        var events = await session.Events.FetchStreamAsync(id, token: cancellationToken);
        return TypedResults.Ok(new
        {
            summary.Id,
            summary.RuleId,
            summary.State,
            summary.Severity,
            summary.OpenedAt,
            summary.ChangedAt,
            summary.Summary,
            History = events.Select(e => new { Type = e.EventTypeName, At = e.Timestamp, e.Data }),
            Deliveries = await incidents.DeliveriesAsync(id, cancellationToken),
        });
    }

    private async Task<IResult> AcknowledgeAsync(Guid id, HttpContext context, CancellationToken cancellationToken)
    {
        string? note = null;
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true && context.Request.ContentLength is not 0)
        {
            var (body, refusal) = await RequestBody.ReadObjectAsync(context.Request, 16 * 1024, cancellationToken);
            if (refusal is not null) return refusal;
            using var json = body!;
            var errors = new List<FieldError>();
            var reader = new JsonObjectReader(json.RootElement, "$", errors);
            reader.Allow("note");
            note = reader.Text("note");
            if (errors.Count > 0) return RequestProblems.Of(StatusCodes.Status422UnprocessableEntity, "The acknowledgement is not possible.", errors);
        }

        if (await FindAsync(id, context.User, cancellationToken) is null) return ManageRules.NotThere("incident");
        return await writer.AcknowledgeAsync(context.User.TenantId(), id, context.User.Identity?.Name ?? "", note, cancellationToken) switch
        {
            true => await GetAsync(id, context.User, cancellationToken),
            false => TypedResults.Problem(statusCode: StatusCodes.Status409Conflict, title: "The incident is resolved.", type: "incident_resolved"),
            null => ManageRules.NotThere("incident"),
        };
    }

    private async Task<IncidentSummary?> FindAsync(Guid id, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        (await incidents.ListAsync(user.TenantId(), null, null, id, 1, user.GrantedCampaigns(), cancellationToken)).FirstOrDefault();
}
