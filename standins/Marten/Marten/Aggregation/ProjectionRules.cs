using JasperFx.Events;
using JasperFx.Events.Projections;

namespace Marten.Aggregation;

/// <summary>What real Marten checks of its projections when a store is built.</summary>
internal static class ProjectionRules
{
    /// <exception cref="InvalidProjectionException">A projection does not fit the store.</exception>
    public static void Check(StoreOptions options)
    {
        var problems = options.Projections.Projected.SelectMany(a => Problems(a, options)).ToArray();
        if (problems.Length > 0)
        {
            throw new InvalidProjectionException(problems);
        }
    }

    private static IEnumerable<string> Problems(IAggregation aggregation, StoreOptions options)
    {
        var documentType = aggregation.DocumentType;
        if (!aggregation.HasRules)
        {
            yield return $"{aggregation.GetType()} is a multi-stream projection, but has no defined event slicing rules.";
        }

        var idType = options.Documents.For(documentType).Members.IdType;
        if (idType != aggregation.IdType)
        {
            yield return $"Id type mismatch. The projection identity type is {aggregation.IdType}, but the aggregate document {documentType} id type is {idType}";
        }

        var streamType = options.EventGraph.StreamIdentity == StreamIdentity.AsGuid ? typeof(Guid) : typeof(string);
        if (!aggregation.IsMultiStream && idType != streamType)
        {
            yield return $"Id type mismatch. The stream identity type is {streamType}, but the aggregate document {documentType} id type is {idType}";
        }

        if (options.EventGraph.TenancyStyle != options.DocumentTenancy)
        {
            yield return $"Tenancy storage style mismatch between the events ({options.EventGraph.TenancyStyle}) and the aggregate type {documentType} ({options.DocumentTenancy})";
        }
    }
}
