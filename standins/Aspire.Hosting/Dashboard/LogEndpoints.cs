using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using Aspire.Hosting.Native;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Aspire.Hosting.Dashboard;

/// <summary>A line of a console.</summary>
/// <param name="Text">The line, colours and all; secrets are masked.</param>
/// <param name="IsError">Whether it was written to the error output.</param>
internal sealed record LogLineView(string Text, bool IsError);

/// <summary>Some lines, and how many bytes before them are no longer kept.</summary>
internal sealed record LogLinesView(IReadOnlyList<LogLineView> Lines, long SkippedBytes);

/// <summary>What resources write to their consoles. A reader holds a page of 64 KB at most; a slow one is waited for.</summary>
internal sealed class LogEndpoints(IReadOnlyDictionary<string, ResourceRunner> runners, SecretMask mask, TimeProvider time)
{
    private const int TailLines = 1_000;
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/resources/{name}/log", Live);
        routes.MapGet("/api/resources/{name}/log.txt", DownloadAsync);
    }

    private IResult Live(string name, HttpContext context) => runners.TryGetValue(name, out var runner)
        ? TypedResults.ServerSentEvents(FollowAsync(runner.Log, PositionIn(context, runner.Log), context.RequestAborted))
        : NoSuchLog(name);

    private static IResult NoSuchLog(string name) =>
        TypedResults.Problem($"There is no resource '{name}' with a console.", statusCode: StatusCodes.Status404NotFound);

    /// <summary>Where the reader was when its connection broke, or when it paused.</summary>
    private static long? PositionIn(HttpContext context, ConsoleLog log)
    {
        var id = context.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } header ? header : context.Request.Query["after"].ToString();
        return id.Split('-') is [var epoch, var position] && epoch == log.Epoch
            && long.TryParse(position, NumberStyles.None, CultureInfo.InvariantCulture, out var known)
            ? known
            : null;
    }

    private async IAsyncEnumerable<SseItem<LogLinesView>> FollowAsync(
        ConsoleLog log, long? from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var changed = log.Changed;
        var page = from is { } position
            ? await log.ReadAsync(position, cancellationToken).ConfigureAwait(false)
            : await log.TailAsync(TailLines, cancellationToken).ConfigureAwait(false);
        var isFirst = from is null;
        while (true)
        {
            if (isFirst || page.Lines.Count > 0 || page.Skipped > 0)
                yield return Item(log, page, isFirst ? "tail" : "lines");
            else if (await Task.WhenAny(changed, Task.Delay(Heartbeat, time, cancellationToken)).ConfigureAwait(false) != changed)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return new SseItem<LogLinesView>(new LogLinesView([], 0), "beat");
            }

            isFirst = false;
            changed = log.Changed;
            page = await log.ReadAsync(page.End, cancellationToken).ConfigureAwait(false);
        }
    }

    private SseItem<LogLinesView> Item(ConsoleLog log, LogPage page, string type) =>
        new(new LogLinesView([.. page.Lines.Select(Line)], page.Skipped), type)
        {
            EventId = string.Create(CultureInfo.InvariantCulture, $"{log.Epoch}-{page.End}"),
        };

    private LogLineView Line(string line) => line.StartsWith(ConsoleLog.ErrorMark, StringComparison.Ordinal)
        ? new LogLineView(mask.Mask(line[ConsoleLog.ErrorMark.Length..]), true)
        : new LogLineView(mask.Mask(line), false);

    /// <summary>Everything that is kept, as text.</summary>
    private async Task<IResult> DownloadAsync(string name, HttpContext context, CancellationToken cancellationToken)
    {
        if (!runners.TryGetValue(name, out var runner))
            return NoSuchLog(name);
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"{runner.Resource.Name}.log\"";
        var log = runner.Log;
        var page = await log.ReadAsync(0, cancellationToken).ConfigureAwait(false);
        while (page.Lines.Count > 0)
        {
            var text = new StringBuilder();
            foreach (var line in page.Lines)
                text.Append(mask.Mask(line)).Append('\n');
            await context.Response.WriteAsync(text.ToString(), cancellationToken).ConfigureAwait(false);
            page = await log.ReadAsync(page.End, cancellationToken).ConfigureAwait(false);
        }

        return Results.Empty;
    }
}
