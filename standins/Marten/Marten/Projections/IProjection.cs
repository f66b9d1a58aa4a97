using JasperFx.Events.Projections;

namespace Marten.Events.Projections;

/// <summary>A projection that is handed whole pages of events and decides itself what to write.</summary>
public interface IProjection : IJasperFxProjection<IDocumentOperations>;
