using QrPlatform.ServiceDefaults.Http;

namespace QrPlatform.Enrichment.Subjects;

/// <summary>Asks privacy-compliance for subjects (<c>POST /internal/v1/subjects/resolve</c>), some thousand at a time.</summary>
internal sealed class SubjectClient(IHttpClientFactory clients)
{
    /// <summary>The name of the HTTP client, which is the service's name.</summary>
    public const string Service = "privacy-compliance";

    // What the service takes at once.
    private const int MostAtOnce = 5000;

    /// <summary>The subjects, in the order of <paramref name="lookups"/>; null for one that is suppressed.</summary>
    public async Task<IReadOnlyList<Subject?>> ResolveAsync(IReadOnlyList<Lookup> lookups, CancellationToken cancellationToken)
    {
        var subjects = new List<Subject?>(lookups.Count);
        foreach (var chunk in lookups.Chunk(MostAtOnce))
        {
            var answers = await AskAsync(chunk, cancellationToken);
            if (answers.Count != chunk.Length)
                throw new InvalidOperationException($"{Service} answered {answers.Count} of {chunk.Length} questions.");
            subjects.AddRange(answers.Select(answer => answer.IsSuppressed ? null : answer.ToSubject()));
        }

        return subjects;
    }

    private async Task<IReadOnlyList<Answer>> AskAsync(Lookup[] lookups, CancellationToken cancellationToken)
    {
        var questions = lookups.Select(lookup => new Question(lookup.TenantId, KindName(lookup.Kind), lookup.Hash.ToArray()));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"http://{Service}/internal/v1/subjects/resolve"))
        {
            Content = JsonContent.Create(new ResolveRequest([.. questions])),
        };
        request.Options.Set(ResilienceHandler.Idempotent, true);
        using var response = await clients.CreateClient(Service).SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
        var body = await response.Content.ReadFromJsonAsync<ResolveResponse>(cancellationToken);
        return body?.Subjects ?? throw new InvalidOperationException($"{Service} answered nothing.");
    }

    private static string KindName(SubjectKind kind) => kind switch
    {
        SubjectKind.Visitor => "visitor",
        SubjectKind.Session => "session",
        SubjectKind.Day => "day",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Give the kind a name."),
    };

    private sealed record Question(string TenantId, string Kind, byte[] Lookup);

    private sealed record ResolveRequest(IReadOnlyList<Question> Subjects);

    private sealed record ResolveResponse(IReadOnlyList<Answer> Subjects);

    private sealed record Answer(Guid? SubjectId, Guid? Pseudonym, byte[]? DataKey, bool IsSuppressed)
    {
        public Subject ToSubject() => new(SubjectId!.Value, Pseudonym!.Value, DataKey!);
    }
}
