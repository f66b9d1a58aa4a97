using QrPlatform.Enrichment.Pipeline;

namespace QrPlatform.Enrichment.Steps;

/// <summary>Ends events with U+0000 in a text: PostgreSQL would refuse the whole message for it.</summary>
internal static class RefuseUnstorableText
{
    public static StepResult Apply(ScanDraft draft) => HoldsNull(draft.CanonicalJson) ? EndReason.UnstorableText : StepResult.Continue;

    // The serializer writes U+0000 only as \u0000; a backslash of the text itself is written as two.
    private static bool HoldsNull(ReadOnlySpan<byte> json)
    {
        for (var from = 0; json[from..].IndexOf(@"\u0000"u8) is var at and >= 0; from += at + 6)
        {
            var backslashes = 1;
            while (from + at - backslashes >= 0 && json[from + at - backslashes] == '\\') backslashes++;
            if (backslashes % 2 == 1) return true;
        }

        return false;
    }
}
