namespace QrPlatform.Benchmarks.Measuring;

/// <summary>Ratios and latencies as they are reported.</summary>
internal static class Figures
{
    /// <summary>The middle one; of an even number, the lower of the two.</summary>
    public static double Median(IEnumerable<double> values) => Percentile([.. values.Order()], 0.5);

    /// <summary>The smallest value that this share of all values does not exceed.</summary>
    public static double Percentile(IReadOnlyList<double> sorted, double share) =>
        sorted.Count == 0 ? double.NaN : sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Count) - 1, 0, sorted.Count - 1)];

    /// <summary>Such as <c>p50 12.3 p95 40.1 p99 55.0 max 60.2 ms (2000 samples)</c>.</summary>
    public static string Latencies(IEnumerable<double> milliseconds)
    {
        double[] sorted = [.. milliseconds.Order()];
        return $"p50 {Percentile(sorted, 0.5):0.0}   p95 {Percentile(sorted, 0.95):0.0}   p99 {Percentile(sorted, 0.99):0.0}   max {Percentile(sorted, 1):0.0} ms   ({sorted.Length:N0} samples)";
    }

    /// <summary>Such as <c>median 0.21, worst 0.19 (0.19 0.21 0.24)</c>, of ratios that ought to be high.</summary>
    public static string Ratios(IReadOnlyList<double> ratios) =>
        $"median {Median(ratios):0.000}, worst {ratios.Min():0.000}   ({string.Join(' ', ratios.Select(ratio => ratio.ToString("0.000", null)))})";
}
