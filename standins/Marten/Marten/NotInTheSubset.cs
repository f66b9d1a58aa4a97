namespace Marten;

/// <summary>Answers for what real Marten can do and this stand-in refuses, rather than doing half of it.</summary>
internal static class NotInTheSubset
{
    public static NotSupportedException Member(string what) =>
        new($"{what} needs the real package, Marten 9.29; this is its stand-in. Build with -p:PackageSet=upstream.");
}
