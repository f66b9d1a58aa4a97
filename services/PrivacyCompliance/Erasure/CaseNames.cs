using System.Text.Json;

namespace QrPlatform.PrivacyCompliance.Erasure;

/// <summary>How states and steps are named outside: <c>subject_keys</c>, <c>verify_event_store</c>, <c>completed</c>.</summary>
internal static class CaseNames
{
    public static string Of<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
