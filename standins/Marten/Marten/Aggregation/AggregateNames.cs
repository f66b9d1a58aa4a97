namespace Marten.Aggregation;

/// <summary>How a document type names its projection's progress row.</summary>
internal static class AggregateNames
{
    public static string Of(Type documentType) => documentType.IsGenericType
        ? throw NotInTheSubset.Member($"a projection to the generic type {documentType}")
        : documentType.DeclaringType is { } outer ? $"{outer.Name}.{documentType.Name}" : documentType.Name;
}
