using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Projection.Rebuilds;

/// <summary>
/// <c>/v1/projections/rebuilds</c>: asks for a rebuild of the read models and shows how it goes. It concerns the rows of every tenant; who asks sees
/// the results of his own.
/// </summary>
internal static class RebuildRequests
{
    private const string Path = "/v1/projections/rebuilds";
    private const int Shown = 50;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(Path).RequireAuthorization(Policies.Operations);
        group.MapPost("", RequestAsync).WithName("RequestRebuild").WithSummary("Asks for a rebuild of all read models from the event log; one that waits already is returned instead.");
        group.MapGet("", ListAsync).WithName("ListRebuilds").WithSummary("The newest rebuilds.");
        group.MapGet("{id:guid}", GetAsync).WithName("GetRebuild").WithSummary("A rebuild: status, progress, and how the rows differed per table.");
    }

    private static async Task<Accepted<object>> RequestAsync(ClaimsPrincipal user, RebuildList list, RebuildWorker worker, CancellationToken cancellationToken)
    {
        var id = await list.RequestAsync(user.TenantId(), user.Identity?.Name ?? "unknown", cancellationToken);
        worker.Wake();
        return TypedResults.Accepted($"{Path}/{id}", AnswerOf((await list.FindAsync(user.TenantId(), id, 1, cancellationToken))[0]));
    }

    private static async Task<Ok<object>> ListAsync(ClaimsPrincipal user, RebuildList list, CancellationToken cancellationToken) =>
        TypedResults.Ok<object>(new { data = (await list.FindAsync(user.TenantId(), null, Shown, cancellationToken)).Select(AnswerOf) });

    private static async Task<IResult> GetAsync(Guid id, ClaimsPrincipal user, RebuildList list, CancellationToken cancellationToken) =>
        await list.FindAsync(user.TenantId(), id, 1, cancellationToken) is [var found]
            ? TypedResults.Ok(AnswerOf(found))
            : TypedResults.Problem("No rebuild has this id.", statusCode: StatusCodes.Status404NotFound, title: "There is no such rebuild.");

    private static object AnswerOf(Rebuild rebuild) => new
    {
        rebuild.Id,
        Status = RebuildList.NameOf(rebuild.Status),
        Progress = Math.Round(rebuild.Progress, 4),
        rebuild.RequestedBy,
        rebuild.RequestedAt,
        rebuild.FinishedAt,
        rebuild.Failure,
        DifferingRows = rebuild.Status == RebuildStatus.Completed ? rebuild.Results.Sum(result => result.Missing + result.Unexpected) : (long?)null,
        Tables = rebuild.Results.Select(result => new { Name = result.Dataset, result.Rows, result.Missing, result.Unexpected }),
    };
}
