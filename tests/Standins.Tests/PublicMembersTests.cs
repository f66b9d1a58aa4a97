using System.Reflection;

namespace QrPlatform.Standins.Tests;

/// <summary>The public members of the stand-ins are those in the baselines: a member more is one more that the real package must have.</summary>
public sealed class PublicMembersTests
{
    [Theory]
    [InlineData("Native.Aspire.Hosting")]
    [InlineData("Native.Aspire.Hosting.Testing")]
    [InlineData("Native.Aspire.StackExchange.Redis")]
    [InlineData("Native.Marten")]
    [InlineData("Native.OpenTelemetry.Extensions.Hosting")]
    public void Are_those_of_the_baseline(string assembly) =>
        Baseline.Compare(assembly["Native.".Length..], Assembly.Load(assembly).GetExportedTypes().SelectMany(Signatures.Of));
}
