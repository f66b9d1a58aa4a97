namespace QrPlatform.Enrichment.Campaigns;

/// <summary>The answer to a user of a tenant whose currency and days are not known here.</summary>
internal static class TenantProblem
{
    public static IResult NotSetUp() => TypedResults.Problem(
        "Your tenant has no reporting currency yet. Ask the platform's operators to set it up.",
        statusCode: StatusCodes.Status409Conflict, title: "The tenant is not set up.", type: "tenant_not_set_up");
}
