using System.Collections.Frozen;

namespace QrPlatform.Enrichment.Steps;

/// <summary>Decimal places of currencies, by ISO 4217 (list one, 2024): two, but for these.</summary>
internal static class MinorUnits
{
    private static readonly (int Digits, string[] Currencies)[] Others =
    [
        (0, ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"]),
        (3, ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]),
        (4, ["CLF", "UYW"]),
    ];

    private static readonly FrozenDictionary<string, int> DigitsOf = Others
        .SelectMany(others => others.Currencies, (others, currency) => (others.Digits, currency))
        .ToFrozenDictionary(pair => pair.currency, pair => pair.Digits, StringComparer.Ordinal);

    public static int Of(string currency) => DigitsOf.GetValueOrDefault(currency, 2);
}
