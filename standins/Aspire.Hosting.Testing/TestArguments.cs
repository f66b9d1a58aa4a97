namespace Aspire.Hosting.Testing;

/// <summary>What keeps a test's application apart from everything else on the machine, unless the test says otherwise.</summary>
internal static class TestArguments
{
    public static string[] Complete(string[] args)
    {
        List<string> complete = [.. args];
        if (!IsGiven("DcpPublisher:RandomizePorts"))
            complete.Add("--DcpPublisher:RandomizePorts=true");
        if (!IsGiven("QR_DATA_DIR"))
        {
            complete.Add($"--QR_DATA_DIR={Path.Combine(Path.GetTempPath(), $"qrplatform-test-{Guid.NewGuid():N}")}");
            complete.Add("--QR_DATA_EPHEMERAL=true");
        }

        return [.. complete];

        bool IsGiven(string key) => args.Any(a =>
            a.TrimStart('-', '/').Equals(key, StringComparison.OrdinalIgnoreCase)
            || a.TrimStart('-', '/').StartsWith(key + "=", StringComparison.OrdinalIgnoreCase));
    }
}
