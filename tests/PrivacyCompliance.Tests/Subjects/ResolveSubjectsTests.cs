using System.Net;
using System.Security.Cryptography;
using System.Text;
using QrPlatform.Keys;
using QrPlatform.PrivacyCompliance.Subjects;

namespace QrPlatform.PrivacyCompliance.Tests.Subjects;

public sealed class ResolveSubjectsTests(PrivacyService service) : IClassFixture<PrivacyService>
{
    [Fact]
    public async Task Asking_again_gives_the_same_subject_in_the_order_of_the_questions()
    {
        var questions = Enumerable.Range(0, 100).Select(_ => PrivacyService.NewQuestion()).ToArray();

        var first = await service.ResolveAsync(questions);
        var again = await service.ResolveAsync([.. questions.Reverse(), questions[0]]);

        Assert.Equal(100, first.Select(answer => answer.SubjectId).Distinct().Count());
        Assert.Equal(100, first.Select(answer => answer.Pseudonym).Distinct().Count());
        Assert.Equal(100, first.Select(answer => Convert.ToHexString(answer.DataKey!)).Distinct().Count());
        Assert.Equal(first.Reverse().Append(first[0]).Select(Text), again.Select(Text));
        Assert.All(first, answer => Assert.Equal((32, false), (answer.DataKey!.Length, answer.IsSuppressed)));
        Assert.All(first, answer => Assert.Equal(4, answer.Pseudonym!.Value.Version));
    }

    [Fact]
    public async Task Tenant_and_kind_tell_subjects_apart()
    {
        var lookup = RandomNumberGenerator.GetBytes(32);
        var answers = await service.ResolveAsync(
            new SubjectQuestion("demo", "visitor", lookup), new SubjectQuestion("demo", "session", lookup), new SubjectQuestion("demo", "day", lookup),
            new SubjectQuestion("acme", "visitor", lookup));

        Assert.Equal(4, answers.Select(answer => answer.SubjectId).Distinct().Count());
    }

    [Fact]
    public async Task Those_who_ask_for_the_same_new_subjects_at_once_agree()
    {
        var questions = Enumerable.Range(0, 300).Select(_ => PrivacyService.NewQuestion()).ToArray();
        var random = new Random(11);

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(async _ =>
        {
            var shuffled = questions.ToArray();
            random.Shuffle(shuffled);
            var resolved = await service.ResolveAsync(shuffled);
            return shuffled.Zip(resolved, (question, answer) => (Id: Convert.ToHexString(question.Lookup), Answer: Text(answer))).ToDictionary(pair => pair.Id, pair => pair.Answer);
        }));

        Assert.All(answers, one => Assert.Equal(answers[0].OrderBy(pair => pair.Key, StringComparer.Ordinal), one.OrderBy(pair => pair.Key, StringComparer.Ordinal)));
    }

    [Fact]
    public async Task Five_thousand_subjects_are_resolved_at_once()
    {
        var answers = await service.ResolveAsync(Enumerable.Range(0, 5000).Select(_ => PrivacyService.NewQuestion()).ToArray());
        Assert.Equal(5000, answers.Select(answer => answer.SubjectId).Distinct().Count());
        Assert.Empty(await service.ResolveAsync([]));
    }

    [Fact]
    public async Task The_data_key_is_kept_wrapped_under_its_epoch_and_for_its_record_only()
    {
        var answer = (await service.ResolveAsync(PrivacyService.NewQuestion()))[0];
        var wrapped = await service.ScalarAsync<byte[]>("select wrapped_key from privacy.subject_keys where subject_id = $1", answer.SubjectId!);
        var epoch = service.Keys.Find(KeyPurposes.SubjectEpoch, "1")!;

        Assert.Equal(answer.DataKey, SealedBox.Open(epoch, wrapped, answer.SubjectId!.Value.ToByteArray(bigEndian: true)));
        Assert.True(wrapped.AsSpan().IndexOf(answer.DataKey) < 0);
        Assert.ThrowsAny<CryptographicException>(() => SealedBox.Open(epoch, wrapped, Guid.NewGuid().ToByteArray(bigEndian: true)));
    }

    [Fact]
    public async Task A_suppressed_person_gets_no_key_and_no_record()
    {
        var (erased, other) = (PrivacyService.NewQuestion("acme"), PrivacyService.NewQuestion("acme"));
        byte[] person = [.. "visitor"u8, .. erased.Lookup];
        var hash = HMACSHA256.HashData(service.Keys.GetOrCreate(KeyPurposes.Suppression, "acme"), person);
        await service.ExecuteAsync("insert into privacy.suppressions (tenant_id, hash) values ('acme', $1)", hash);

        var answers = await service.ResolveAsync(erased, other);

        Assert.Equal(new SubjectAnswer(null, null, null, true), answers[0]);
        Assert.False(answers[1].IsSuppressed);
        Assert.Equal(0, await service.ScalarAsync<long>("select count(*) from privacy.subject_keys where lookup = $1", erased.Lookup));
    }

    [Fact]
    public async Task Refuses_callers_without_the_service_key()
    {
        foreach (var key in new[] { "", "wrong" })
        {
            using var response = await service.Client(key).PostAsync("/internal/v1/subjects/resolve", new StringContent("""{"subjects":[]}""", Encoding.UTF8, "application/json"));
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        }
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"subjects":[null]}""")]
    [InlineData("""{"subjects":[{"tenantId":"demo","kind":"visitor"}]}""")]
    [InlineData("""{"subjects":[{"tenantId":"demo","kind":"visitor","lookup":"AAAA"}]}""")]
    [InlineData("""{"subjects":[{"tenantId":"demo","kind":"person","lookup":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}]}""")]
    [InlineData("""{"subjects":[{"tenantId":"../demo","kind":"visitor","lookup":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}]}""")]
    [InlineData("""{"subjects":"all"}""")]
    public async Task Refuses_what_is_no_question(string body)
    {
        using var response = await service.Client().PostAsync("/internal/v1/subjects/resolve", new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Refuses_more_than_five_thousand()
    {
        using var response = await service.AskAsync(new ResolveSubjectsRequest(Enumerable.Range(0, 5001).Select(_ => PrivacyService.NewQuestion()).ToArray()));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Is_healthy_with_its_database()
    {
        using var response = await service.Client().GetAsync("/health");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("postgres", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static string Text(SubjectAnswer answer) => $"{answer.SubjectId} {answer.Pseudonym} {Convert.ToHexString(answer.DataKey!)}";
}
