using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using QrPlatform.Requests;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.PrivacyCompliance.Erasure;

/// <summary><c>/v1/privacy/erasure-requests</c>: asks for erasures and shows how they go. The visitor's id comes in the body only, and never goes out.</summary>
internal static class ErasureRequests
{
    private const string Path = "/v1/privacy/erasure-requests";
    private const int MaxBody = 16 * 1024, DefaultLimit = 50, MaxLimit = 200;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(Path).RequireAuthorization(Policies.Privacy);
        group.MapPost("", RequestAsync).WithName("RequestErasure").WithSummary("Asks for the erasure of a visitor from every store of the platform.");
        group.MapGet("", ListAsync).WithName("ListErasures").WithSummary("The newest erasure cases of the tenant.");
        group.MapGet("{id:guid}", GetAsync).WithName("GetErasure").WithSummary("An erasure case: status, deadline, steps, counts, verification.");
        group.MapPost("{id:guid}/approval", ApproveAsync).WithName("ApproveErasure").WithSummary("Approves a case; by another user than who asked for it.");
        group.MapPost("{id:guid}/retry", RetryAsync).WithName("RetryErasure").WithSummary("Goes on with a case that failed, when what stood in its way is gone.");
    }

    private static async Task<IResult> RequestAsync(
        HttpContext context, ErasureCases cases, ErasureWorker worker, CancellationToken cancellationToken)
    {
        var (body, refusal) = await RequestBody.ReadObjectAsync(context.Request, MaxBody, cancellationToken);
        if (refusal is not null) return refusal;
        using var json = body!;
        var errors = new List<FieldError>();
        if (ErasureRequest.Read(json.RootElement, errors) is not { } request)
            return RequestProblems.Of(StatusCodes.Status422UnprocessableEntity, "The erasure request is not possible.", errors);

        var opened = await cases.OpenAsync(context.User.TenantId(), UserOf(context.User), request, cancellationToken);
        worker.Wake();
        return TypedResults.Accepted($"{Path}/{opened.Id}", CaseAnswer.Of(opened));
    }

    private static async Task<IResult> ListAsync(
        ClaimsPrincipal user, ErasureCases cases, CancellationToken cancellationToken, string? status = null, int limit = DefaultLimit)
    {
        var errors = new List<FieldError>();
        var known = Enum.GetValues<ErasureStatus>().Select(CaseNames.Of).ToArray();
        if (limit is < 1 or > MaxLimit) errors.Add(new FieldError("limit", "out_of_range", $"Must be from 1 to {MaxLimit}."));
        if (status is not null && !known.Contains(status)) errors.Add(new FieldError("status", "unknown_status", $"Must be one of {string.Join(", ", known)}."));
        if (errors.Count > 0) return RequestProblems.Of(StatusCodes.Status400BadRequest, "A parameter is not valid.", errors);
        var found = await cases.ListAsync(user.TenantId(), status, limit, cancellationToken);
        return TypedResults.Ok(new { data = found.Select(CaseAnswer.Of) });
    }

    private static async Task<IResult> GetAsync(Guid id, ClaimsPrincipal user, ErasureCases cases, CancellationToken cancellationToken) =>
        await cases.FindAsync(user.TenantId(), id, cancellationToken) is { } found ? TypedResults.Ok(CaseAnswer.Of(found)) : Unknown();

    private static async Task<IResult> ApproveAsync(
        Guid id, ClaimsPrincipal user, ErasureCases cases, ErasureWorker worker, CancellationToken cancellationToken)
    {
        if (await cases.FindAsync(user.TenantId(), id, cancellationToken) is not { } found) return Unknown();
        if (found.Status == ErasureStatus.Received && found.RequestedBy == UserOf(user))
            return Conflict("Somebody else must approve this.", "Who asks for an erasure cannot approve it.");
        return await GoOnAsync(found, user, ErasureStatus.Received, "The case does not wait for approval.", cases, worker, cancellationToken);
    }

    private static async Task<IResult> RetryAsync(
        Guid id, ClaimsPrincipal user, ErasureCases cases, ErasureWorker worker, CancellationToken cancellationToken) =>
        await cases.FindAsync(user.TenantId(), id, cancellationToken) is { } found
            ? await GoOnAsync(found, user, ErasureStatus.Failed, "The case has not failed.", cases, worker, cancellationToken)
            : Unknown();

    private static async Task<IResult> GoOnAsync(
        ErasureCase found, ClaimsPrincipal user, ErasureStatus from, string otherwise, ErasureCases cases, ErasureWorker worker, CancellationToken cancellationToken)
    {
        if (!await cases.GoOnAsync(user.TenantId(), found.Id, UserOf(user), from, cancellationToken))
            return Conflict(otherwise, $"Its status is {CaseNames.Of(found.Status)}.");
        worker.Wake();
        var now = await cases.FindAsync(user.TenantId(), found.Id, cancellationToken);
        return TypedResults.Accepted($"{Path}/{found.Id}", CaseAnswer.Of(now!));
    }

    private static ProblemHttpResult Unknown() =>
        TypedResults.Problem("Your tenant has no erasure case of this id.", statusCode: StatusCodes.Status404NotFound, title: "There is no such case.");

    private static ProblemHttpResult Conflict(string title, string detail) =>
        TypedResults.Problem(detail, statusCode: StatusCodes.Status409Conflict, title: title);

    private static string UserOf(ClaimsPrincipal user) => user.Identity?.Name ?? "unknown";
}
