using System.Net;
using System.Text;
using System.Text.Json;
using QrPlatform.Contracts.Erasure;
using QrPlatform.ErasedPersons;
using QrPlatform.Keys;
using QrPlatform.PrivacyCompliance.Subjects;
using QrPlatform.ServiceDefaults.Security;
using QrPlatform.Testing;

namespace QrPlatform.PrivacyCompliance.Tests.Erasure;

public sealed class ErasureRequestTests(PrivacyService service) : IClassFixture<PrivacyService>, IAsyncLifetime
{
    private Owners _owners = null!;

    public async Task InitializeAsync() => _owners = await Owners.StartAsync(service);

    public async Task DisposeAsync() => await _owners.DisposeAsync();

    [Fact]
    public async Task Takes_a_visitor_out_of_the_subjects_and_shows_every_step()
    {
        var (officer, visitor) = (service.User(), Requests.NewVisitor());
        var question = QuestionOf(visitor);
        var subject = (await service.ResolveAsync(question))[0];
        var session = new SubjectQuestion("demo", "session", SourceIdHash.Of(service.Keys.GetOrCreate(KeyPurposes.SubjectLookup, "demo"), "session-0001"));
        await service.ResolveAsync(session);

        // Of this case only: cases of other tests may still be under way, and whoever erases the session first counts it.
        _owners.Book.Answer = (order, person) => Task.FromResult(order.Step == ErasureStep.Sessions && person.VisitorId == visitor
            ? new StepOutcome(new Dictionary<string, long>(), person with { SessionIds = ["session-0001"], SessionStreams = ["s-1"] })
            : StepOutcome.Of("rows", order.Step < ErasureStep.VerifySubjectKeys ? 3 : 0));

        var id = await Requests.EraseAsync(officer, visitor);
        var done = await Requests.WaitAsync(officer, id);

        Assert.True((await service.ResolveAsync(question))[0].IsSuppressed);
        Assert.True((await service.ResolveAsync(session))[0].IsSuppressed);
        Assert.Equal(0, await service.ScalarAsync<long>("select count(*) from privacy.subject_keys where subject_id = $1", subject.SubjectId!));
        Assert.All(done.GetProperty("steps").EnumerateArray(), step => Assert.Equal("finished", step.GetProperty("state").GetString()));
        Assert.Equal("clean", done.GetProperty("verification").GetProperty("result").GetString());
        Assert.Equal((1, 1, 3), (Count("subject_keys.subjects"), Count("sessions.subjects"), Count("event_store.rows")));
        Assert.Equal(subject.Pseudonym, _owners.Book.Of(id)[0].Person.Pseudonym);
        Assert.Equal(subject.DataKey, _owners.Book.Of(id)[0].Person.DataKey);
        Assert.Single(_owners.Book.Of(id).Single(order => order.Order.Step == ErasureStep.EventStore).Person.SessionSubjects);

        long Count(string name) => done.GetProperty("counts").GetProperty(name).GetInt64();
    }

    [Fact]
    public async Task Keeps_the_visitors_id_nowhere_in_clear_and_its_sealed_copy_only_while_the_case_runs()
    {
        var (officer, visitor) = (service.User(), Requests.NewVisitor());
        var release = new TaskCompletionSource();
        _owners.Book.Answer = async (_, _) =>
        {
            await release.Task;
            return StepOutcome.Of("rows", 0);
        };
        var id = await Requests.EraseAsync(officer, visitor);
        await Eventually.TrueAsync(() => Task.FromResult(_owners.Book.Of(id).Count > 0), "the first order");

        Assert.DoesNotContain(visitor, await DumpAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexStringLower(Encoding.UTF8.GetBytes(visitor)), await DumpAsync(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(visitor, Encoding.UTF8.GetString(_owners.Book.Of(id)[0].Order.SealedPerson), StringComparison.Ordinal);
        var key = service.Keys.Find(KeyPurposes.ErasureCase, id.ToString("N"));
        Assert.NotNull(key);

        release.SetResult();
        await Requests.WaitAsync(officer, id);
        Assert.Null(service.Keys.Find(KeyPurposes.ErasureCase, id.ToString("N")));
        Assert.Equal(0, await service.ScalarAsync<long>("select count(*) from privacy.erasure_cases where case_id = $1 and (sealed_person is not null or person_hash is not null)", id));
        Assert.DoesNotContain(visitor, await DumpAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_visitor_that_nobody_knows_completes_with_zero_counts_and_is_suppressed_all_the_same()
    {
        var (officer, visitor) = (service.User(), Requests.NewVisitor());

        var done = await Requests.WaitAsync(officer, await Requests.EraseAsync(officer, visitor));

        Assert.All(done.GetProperty("counts").EnumerateObject(), count => Assert.Equal(0, count.Value.GetInt64()));
        Assert.True((await service.ResolveAsync(QuestionOf(visitor)))[0].IsSuppressed);
    }

    [Fact]
    public async Task A_second_request_joins_the_case_that_runs_and_makes_an_empty_one_when_it_is_completed()
    {
        var (officer, visitor) = (service.User(), Requests.NewVisitor());
        await service.ResolveAsync(QuestionOf(visitor));
        var release = new TaskCompletionSource();
        _owners.Book.Answer = async (_, _) =>
        {
            await release.Task;
            return StepOutcome.Of("rows", 0);
        };

        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Requests.EraseAsync(officer, visitor)));
        Assert.Single(ids.Distinct());
        release.SetResult();
        await Requests.WaitAsync(officer, ids[0]);
        var again = await Requests.EraseAsync(officer, visitor);
        var empty = await Requests.WaitAsync(officer, again);

        Assert.NotEqual(ids[0], again);
        Assert.Equal(0, empty.GetProperty("counts").GetProperty("subject_keys.subjects").GetInt64());
        Assert.Single(Directory.GetFiles(service.KeyDirectoryPath, "*", SearchOption.AllDirectories).Where(file => file.Contains("erasure-case", StringComparison.Ordinal)).DefaultIfEmpty(""));
    }

    [Fact]
    public async Task One_month_is_the_deadline_and_its_source_is_named()
    {
        var officer = service.User();
        var shown = await Requests.GetAsync(officer, await Requests.EraseAsync(officer, Requests.NewVisitor()));

        Assert.Equal(shown.GetProperty("requestedAt").GetDateTimeOffset().AddMonths(1), shown.GetProperty("deadline").GetDateTimeOffset());
        Assert.Contains("12(3)", shown.GetProperty("deadlineSource").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{}""", "$.visitorId", "required")]
    [InlineData("""{"visitorId":7,"reason":"r"}""", "$.visitorId", "wrong_type")]
    [InlineData("""{"visitorId":"","reason":"r"}""", "$.visitorId", "empty")]
    [InlineData("""{"visitorId":"a\u0000b","reason":"r"}""", "$.visitorId", "wrong_type")]
    [InlineData("""{"visitorId":"v-1234","reason":" "}""", "$.reason", "empty")]
    [InlineData("""{"visitorId":"v-1234","reason":"r","visitorid":"x"}""", "$.visitorid", "unknown_field")]
    [InlineData("""{"visitorId":"v-1234","reason":"please erase V-1234"}""", "$.reason", "contains_visitor_id")]
    [InlineData("""{"visitorId":"v-1234","reason":"r","reference":"mail of v-1234"}""", "$.reference", "contains_visitor_id")]
    public async Task Refuses_what_is_no_request_with_the_field_and_the_reason(string body, string path, string code)
    {
        using var response = await service.User().PostAsync(Requests.Path, new StringContent(body, Encoding.UTF8, "application/json"));

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        var errors = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("errors").EnumerateArray();
        Assert.Contains(errors, error => error.GetProperty("path").GetString() == path && error.GetProperty("code").GetString() == code);
    }

    [Theory]
    [InlineData("{", HttpStatusCode.BadRequest)]
    [InlineData("[]", HttpStatusCode.BadRequest)]
    [InlineData("""{"visitorId":"\ud800","reason":"r"}""", HttpStatusCode.BadRequest)]
    public async Task Refuses_what_is_no_JSON_object(string body, HttpStatusCode status)
    {
        using var response = await service.User().PostAsync(Requests.Path, new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task Refuses_long_ids_huge_bodies_and_other_media_types()
    {
        var officer = service.User();
        using var tooLong = await officer.PostAsync(Requests.Path, Json(new { visitorId = new string('v', 201), reason = "r" }));
        using var huge = await officer.PostAsync(Requests.Path, Json(new { visitorId = "v-1234", reason = new string('r', 20_000) }));
        using var form = await officer.PostAsync(Requests.Path, new StringContent("visitorId=v", Encoding.UTF8, "application/x-www-form-urlencoded"));

        Assert.Equal(
            (HttpStatusCode.UnprocessableEntity, HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.UnsupportedMediaType),
            (tooLong.StatusCode, huge.StatusCode, form.StatusCode));
    }

    [Theory]
    [InlineData(Roles.Administrator, HttpStatusCode.OK)]
    [InlineData(Roles.ComplianceOfficer, HttpStatusCode.OK)]
    [InlineData(Roles.Analyst, HttpStatusCode.Forbidden)]
    [InlineData(Roles.Executive, HttpStatusCode.Forbidden)]
    [InlineData(Roles.Operator, HttpStatusCode.Forbidden)]
    public async Task Only_compliance_officers_and_administrators_may(string role, HttpStatusCode status)
    {
        foreach (var path in (string[])[Requests.Path, "/v1/audit"])
        {
            using var response = await service.User(role).GetAsync(path);
            Assert.Equal(status, response.StatusCode);
        }
    }

    [Fact]
    public async Task Another_tenants_case_is_not_there()
    {
        var id = await Requests.EraseAsync(service.User(), Requests.NewVisitor());

        using var response = await service.User(tenant: "acme").GetAsync($"{Requests.Path}/{id}");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        var list = await service.User(tenant: "acme").GetStringAsync(Requests.Path);
        Assert.DoesNotContain(id.ToString(), list, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_than_demo_tenants_need_a_second_user()
    {
        var (asking, other) = (service.User(tenant: "strict", user: "anna"), service.User(tenant: "strict", user: "bert"));
        var id = await Requests.EraseAsync(asking, Requests.NewVisitor());
        Assert.Equal("received", (await Requests.GetAsync(asking, id)).GetProperty("status").GetString());

        using var own = await asking.PostAsync($"{Requests.Path}/{id}/approval", null);
        using var others = await other.PostAsync($"{Requests.Path}/{id}/approval", null);
        using var again = await other.PostAsync($"{Requests.Path}/{id}/approval", null);

        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.Accepted, HttpStatusCode.Conflict), (own.StatusCode, others.StatusCode, again.StatusCode));
        Assert.Equal("bert", (await Requests.WaitAsync(asking, id)).GetProperty("approvedBy").GetString());
    }

    [Fact]
    public async Task The_audit_log_tells_who_did_what_and_cannot_be_changed()
    {
        var officer = service.User(tenant: "acme", user: "olga");
        var visitor = Requests.NewVisitor();
        var id = await Requests.EraseAsync(officer, visitor);
        await Requests.WaitAsync(officer, id);

        var log = await officer.GetStringAsync("/v1/audit");
        var entries = JsonDocument.Parse(log).RootElement.GetProperty("data").EnumerateArray().Where(entry => entry.GetProperty("caseId").GetGuid() == id)
            .Select(entry => $"{entry.GetProperty("actor").GetString()} {entry.GetProperty("action").GetString()}").ToArray();
        Assert.Equal(["platform erasure.complete", "platform erasure.approve", "olga erasure.request"], entries);
        Assert.DoesNotContain(visitor, log, StringComparison.Ordinal);
        foreach (var change in (string[])["update privacy.audit_log set actor = 'x'", "delete from privacy.audit_log", "truncate privacy.audit_log"])
            await Assert.ThrowsAsync<Npgsql.PostgresException>(() => service.ExecuteAsync(change));
    }

    private static StringContent Json(object body) => new(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");

    private SubjectQuestion QuestionOf(string visitor) =>
        new("demo", "visitor", SourceIdHash.Of(service.Keys.GetOrCreate(KeyPurposes.SubjectLookup, "demo"), visitor));

    private async Task<string> DumpAsync()
    {
        var dump = new StringBuilder();
        var tables = new List<string>();
        await using (var list = service.Database.CreateCommand("select format('%I.%I', schemaname, tablename) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"))
        await using (var reader = await list.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync()) tables.Add(reader.GetString(0));
        }

        foreach (var table in tables)
        {
            await using var rows = service.Database.CreateCommand($"select t::text from {table} t");
            await using var reader = await rows.ExecuteReaderAsync();
            while (await reader.ReadAsync()) dump.AppendLine(reader.GetString(0));
        }

        return dump.ToString();
    }
}
