using System.Text;

namespace QrPlatform.Seed.Generation;

/// <summary>
/// Pseudo-random numbers that are the same on every machine and .NET version, from a name: SplitMix64 (Steele, Lea, Flood 2014,
/// "Fast splittable pseudorandom number generators"), seeded with the name's FNV-1a hash. Each thing that is generated has a name of
/// its own, so that it does not depend on what else is generated.
/// </summary>
internal struct SeedRandom
{
    private const ulong FnvOffset = 0xcbf29ce484222325, FnvPrime = 0x100000001b3, Gamma = 0x9e3779b97f4a7c15;

    private ulong _state;

    public SeedRandom(string name)
    {
        _state = FnvOffset;
        foreach (var value in Encoding.UTF8.GetBytes(name)) _state = (_state ^ value) * FnvPrime;
    }

    public ulong Next()
    {
        var value = _state += Gamma;
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
        value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
        return value ^ (value >> 31);
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    public bool Chance(double probability) => Unit() < probability;

    /// <summary>Uniform in [low, high).</summary>
    public double Between(double low, double high) => low + (high - low) * Unit();

    public int Below(int bound) => (int)(Unit() * bound);

    /// <summary>Exponential with mean 1.</summary>
    public double Exponential() => -Math.Log(1 - Unit());

    /// <summary>Standard normal (Box and Muller 1958).</summary>
    public double Normal() => Math.Sqrt(2 * Exponential()) * Math.Cos(2 * Math.PI * Unit());

    /// <summary>Log-normal with the given median.</summary>
    public double LogNormal(double median, double sigma) => median * Math.Exp(sigma * Normal());

    /// <summary>An index, with probability in proportion to its weight.</summary>
    public int Weighted(ReadOnlySpan<double> weights)
    {
        var sum = 0.0;
        foreach (var weight in weights) sum += weight;
        var rest = Unit() * sum;
        for (var index = 0; index < weights.Length - 1; index++)
        {
            rest -= weights[index];
            if (rest < 0) return index;
        }

        return weights.Length - 1;
    }

    public T Choose<T>(IReadOnlyList<T> values) => values[Below(values.Count)];
}
