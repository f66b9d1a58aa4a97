using System.Text.Json;
using QrPlatform.Enrichment.Managing;
using QrPlatform.Enrichment.Tenants;
using QrPlatform.Events;
using QrPlatform.Requests;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Enrichment.Campaigns;

/// <summary>
/// <c>POST /v1/campaigns/{id}/costs</c>: something that a campaign cost, spread evenly over days. With an id (or the header Idempotency-Key) it
/// may be sent again: it counts once. Without, each request is another cost. The campaign need not be described.
/// </summary>
internal static class RecordCost
{
    private const int MostCosts = 5_000;

    public static void Map(IEndpointRouteBuilder routes, string path) =>
        routes.MapPost(path + "/{id}/costs", HandleAsync).RequireAuthorization(Policies.Analytics);

    /// <summary>The event that follows from a cost, or why it cannot be recorded.</summary>
    internal static Decision Decide(string campaignId, string costId, Campaign? current, CostRequest asked, int minorUnitDigits)
    {
        if (current?.Costs.GetValueOrDefault(costId) is { } known)
            return known.IsRemoved || !asked.Says(known) ? Decision.Refuse(IdUsed(costId, known)) : Decision.Nothing;
        if (current?.Costs.Count >= MostCosts) return Decision.Refuse(TooMany());
        return Decision.Append(new CampaignCostRecorded
        {
            CampaignId = campaignId,
            CostId = costId,
            From = asked.From,
            To = asked.To,
            Amount = asked.Amount,
            ReportingAmount = asked.ReportingAmount,
            MinorUnitDigits = minorUnitDigits,
        });
    }

    private static async Task<IResult> HandleAsync(
        string id, HttpContext context, TenantDirectory tenants, ManagedStreams streams, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(context.User);
        var (condition, malformed) = Precondition.Read(context.Request);
        if (malformed is not null) return malformed;
        var (json, refusal) = await RequestBody.ReadObjectAsync(context.Request, ManagedEndpoints.MaxBody, cancellationToken);
        if (refusal is not null) return refusal;
        using var body = json!;
        if (await tenants.FindAsync(caller.TenantId, cancellationToken) is not { } tenant) return TenantProblem.NotSetUp();
        var errors = new List<FieldError>();
        ManagedId.Check(id, errors);
        var asked = CostRequest.Read(new JsonObjectReader(body.RootElement, "$", errors), context.Request.Headers, tenant.ReportingCurrency);
        if (asked is null || errors.Count > 0) return ManagedEndpoints.Unprocessable(errors);
        if (!caller.MaySee(id)) return Caller.NotGranted();

        var costId = asked.CostId ?? Guid.NewGuid().ToString("N");
        var digits = Steps.MinorUnits.Of(tenant.ReportingCurrency);
        var outcome = await streams.DecideAsync<Campaign>(caller, id, condition!, current => Decide(id, costId, current, asked, digits), cancellationToken);
        if (outcome.Refusal is not null) return outcome.Refusal;
        context.Response.Headers.ETag = Precondition.TagOf(outcome.Version).ToString();
        context.Response.Headers.Location = $"{context.Request.Path.ToUriComponent().TrimEnd('/')}/{Uri.EscapeDataString(costId)}";
        return Results.Json(
            outcome.State!.Costs[costId].Body(), JsonSerializerOptions.Web,
            statusCode: outcome.Changed ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static IResult IdUsed(string costId, CampaignCost known) => TypedResults.Problem(
        known.IsRemoved
            ? $"The cost '{costId}' was removed. Record another one under another id."
            : $"The cost '{costId}' has other content: {known.From:yyyy-MM-dd} to {known.To:yyyy-MM-dd}, {known.Amount.Amount} {known.Amount.Currency}. Remove it and record another one, or use another id.",
        statusCode: StatusCodes.Status409Conflict, title: "The cost's id is used.", type: "cost_id_used");

    private static IResult TooMany() => TypedResults.Problem(
        $"A campaign may have {MostCosts} costs. Record fewer and larger ones, or use another campaign.",
        statusCode: StatusCodes.Status409Conflict, title: "The campaign has too many costs.", type: "too_many_costs");
}
