using QrPlatform.Bi;
using QrPlatform.Reporting.Query.Sources;

namespace QrPlatform.Reporting.Query;

/// <summary>Some of a query's measures, and where they are read from.</summary>
/// <param name="Source">The source.</param>
/// <param name="Measures">The measures that come from it.</param>
/// <param name="Presences">Measures that come from elsewhere, whose rows are told here.</param>
internal sealed record QueryPart(PartSource Source, IReadOnlyList<Measure> Measures, IReadOnlyList<Measure> Presences);
