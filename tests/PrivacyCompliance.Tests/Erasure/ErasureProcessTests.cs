using System.Text.Json;
using QrPlatform.Contracts.Erasure;
using QrPlatform.ErasedPersons;
using QrPlatform.Keys;
using QrPlatform.PrivacyCompliance.Subjects;
using QrPlatform.Testing;

namespace QrPlatform.PrivacyCompliance.Tests.Erasure;

/// <summary>What becomes of a case when something breaks. A service of its own, because it is killed.</summary>
public sealed class ErasureProcessTests(PrivacyService service) : IClassFixture<PrivacyService>
{
    [Fact]
    public async Task A_case_goes_on_where_it_was_after_a_kill_at_every_step()
    {
        var visitor = Requests.NewVisitor();
        var question = new SubjectQuestion("demo", "visitor", SourceIdHash.Of(service.Keys.GetOrCreate(KeyPurposes.SubjectLookup, "demo"), visitor));
        var subject = (await service.ResolveAsync(question))[0];
        var id = await Requests.EraseAsync(service.User(), visitor);
        var book = new OrderBook();

        foreach (var step in Enum.GetValues<ErasureStep>().Where(step => step is not (ErasureStep.SubjectKeys or ErasureStep.VerifySubjectKeys or ErasureStep.VerifyLogs)))
        {
            // The owner has the order in hand and does not answer; both die; both come back.
            var lost = book.LostOrders;
            book.LostStep = step;
            await using (await Owners.StartAsync(service, book))
            {
                await Eventually.TrueAsync(() => Task.FromResult(book.LostOrders > lost), $"the order {step}");
                await service.KillAsync();
            }

            service.Start();
        }

        book.LostStep = null;
        await using var answering = await Owners.StartAsync(service, book);
        var done = await Requests.WaitAsync(service.User(), id);

        Assert.Equal(1, done.GetProperty("counts").GetProperty("subject_keys.subjects").GetInt64());
        Assert.All(book.Of(id), order => Assert.Equal(subject.Pseudonym, order.Person.Pseudonym));
        Assert.True((await service.ResolveAsync(question))[0].IsSuppressed);
    }

    [Fact]
    public async Task A_report_that_comes_many_times_at_once_forgets_nothing_of_what_the_first_one_taught()
    {
        var visitor = Requests.NewVisitor();
        var session = $"session-{Guid.NewGuid():N}";
        await service.ResolveAsync(new SubjectQuestion("demo", "session", SourceIdHash.Of(service.Keys.GetOrCreate(KeyPurposes.SubjectLookup, "demo"), session)));
        var book = new OrderBook { LostStep = ErasureStep.Sessions };
        await using var owners = await Owners.StartAsync(service, book);
        var id = await Requests.EraseAsync(service.User(), visitor);
        await Eventually.TrueAsync(
            async () => (await Requests.GetAsync(service.User(), id)).GetProperty("steps").EnumerateArray()
                .Any(step => step.GetProperty("name").GetString() == "sessions" && step.GetProperty("attempts").GetInt32() > 0),
            "the order to find the sessions");
        var found = new ErasedPerson { VisitorId = visitor, SessionIds = [session], SessionStreams = ["s-1"] };
        var report = new ErasureReport
        {
            CaseId = id,
            TenantId = "demo",
            Step = ErasureStep.Sessions,
            Counts = new Dictionary<string, long>(),
            SealedPerson = CaseSecret.Find(service.Keys, id)!.Seal(found),
        };

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => service.ReportAsync(report))));
        var done = await Requests.WaitAsync(service.User(), id);

        Assert.Equal(1, done.GetProperty("counts").GetProperty("sessions.subjects").GetInt64());
        Assert.All(book.Of(id).Where(order => order.Order.Step >= ErasureStep.EventStore), order => Assert.Single(order.Person.SessionSubjects));
    }

    [Fact]
    public async Task A_store_that_still_holds_something_is_erased_again_until_the_search_finds_nothing()
    {
        await using var owners = await Owners.StartAsync(service);

        // Each erasure after a search takes one row. Orders may come twice, where answers take their time: that takes none more.
        var (left, searched) = (2, false);
        owners.Book.Answer = (order, _) =>
        {
            if (order.Step == ErasureStep.Quarantine && searched) (left, searched) = (left - 1, false);
            if (order.Step != ErasureStep.VerifyQuarantine) return Task.FromResult(StepOutcome.Of("rows", 0));
            searched = left > 0;
            return Task.FromResult(StepOutcome.Of("rows", left));
        };

        var id = await Requests.EraseAsync(service.User(), Requests.NewVisitor());
        var done = await Requests.WaitAsync(service.User(), id);

        Assert.Equal(("clean", 0), (done.GetProperty("verification").GetProperty("result").GetString(), left));
        var repeated = await RepeatedAsync(id);
        Assert.InRange(repeated.Count, 2, 4);
        Assert.All(repeated, why => Assert.Equal("Quarantine because of VerifyQuarantine", why));
    }

    [Fact]
    public async Task A_case_whose_search_keeps_finding_something_is_never_completed_until_somebody_has_seen_to_it()
    {
        await using var owners = await Owners.StartAsync(service);
        var found = 7;
        owners.Book.Answer = (order, _) => Task.FromResult(StepOutcome.Of("events.mt_events", order.Step == ErasureStep.VerifyEventStore ? found : 0));
        var officer = service.User();

        var id = await Requests.EraseAsync(officer, Requests.NewVisitor());
        var failed = await Requests.WaitAsync(officer, id, "failed");

        Assert.Contains("verify_event_store still finds the person: events.mt_events (7)", failed.GetProperty("failedBecause").GetString(), StringComparison.Ordinal);
        Assert.Equal("found", failed.GetProperty("verification").GetProperty("result").GetString());
        Assert.Equal(JsonValueKind.Null, failed.GetProperty("completedAt").ValueKind);

        found = 0;
        using var retried = await officer.PostAsync($"{Requests.Path}/{id}/retry", null);
        Assert.True(retried.IsSuccessStatusCode);
        await Requests.WaitAsync(officer, id);
    }

    [Fact]
    public async Task A_step_that_fails_every_time_fails_the_case_and_names_the_step_and_no_data()
    {
        await using var owners = await Owners.StartAsync(service);
        var visitor = Requests.NewVisitor();
        owners.Book.Answer = (order, person) => order.Step == ErasureStep.ReadModels ? throw new InvalidOperationException($"row of {person.VisitorId}") : Task.FromResult(StepOutcome.Of("rows", 0));

        var id = await Requests.EraseAsync(service.User(), visitor);
        var failed = await Requests.WaitAsync(service.User(), id, "failed");

        Assert.Equal("read_models failed 5 times, last with InvalidOperationException.", failed.GetProperty("failedBecause").GetString());
        Assert.DoesNotContain(visitor, failed.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reports_that_come_twice_late_or_for_nothing_change_nothing()
    {
        await using var owners = await Owners.StartAsync(service);
        var id = await Requests.EraseAsync(service.User(), Requests.NewVisitor());
        var done = await Requests.WaitAsync(service.User(), id);

        foreach (var caseId in new[] { id, Guid.NewGuid() })
            await service.ReportAsync(new ErasureReport { CaseId = caseId, TenantId = "demo", Step = ErasureStep.EventStore, Counts = new Dictionary<string, long> { ["rows"] = 9 } });

        Assert.Equal(done.ToString(), (await Requests.GetAsync(service.User(), id)).ToString());
    }

    private async Task<IReadOnlyList<string>> RepeatedAsync(Guid caseId)
    {
        await using var find = service.Database.CreateCommand(
            "select (e.data->>'From') || ' because of ' || (e.data->>'Because') from privacy.mt_events e where e.stream_id = $1 and e.type = 'erasure_repeated' order by e.version");
        find.Parameters.Add(new() { Value = caseId });
        await using var reader = await find.ExecuteReaderAsync();
        var repeated = new List<string>();
        while (await reader.ReadAsync()) repeated.Add(reader.GetString(0));
        return repeated;
    }
}
