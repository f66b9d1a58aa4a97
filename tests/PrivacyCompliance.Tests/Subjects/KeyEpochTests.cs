using QrPlatform.Keys;

namespace QrPlatform.PrivacyCompliance.Tests.Subjects;

/// <summary>A database of its own, because it moves the epoch.</summary>
public sealed class KeyEpochTests(PrivacyService service) : IClassFixture<PrivacyService>
{
    [Fact]
    public async Task New_subjects_are_wrapped_under_the_current_epoch_and_old_ones_stay_readable()
    {
        var question = PrivacyService.NewQuestion();
        var before = (await service.ResolveAsync(question))[0];
        await service.ExecuteAsync("insert into privacy.key_epochs (epoch) values (2)");
        await service.ExecuteAsync("update privacy.key_epochs set retired_at = now() where epoch = 1");

        var answers = await service.ResolveAsync(question, PrivacyService.NewQuestion());

        Assert.Equal(before.DataKey, answers[0].DataKey);
        Assert.Equal(1, await service.ScalarAsync<int>("select epoch from privacy.subject_keys where subject_id = $1", answers[0].SubjectId!));
        Assert.Equal(2, await service.ScalarAsync<int>("select epoch from privacy.subject_keys where subject_id = $1", answers[1].SubjectId!));
        Assert.NotEqual(service.Keys.Find(KeyPurposes.SubjectEpoch, "1"), service.Keys.Find(KeyPurposes.SubjectEpoch, "2"));
    }
}
