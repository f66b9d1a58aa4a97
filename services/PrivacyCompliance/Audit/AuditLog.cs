using Marten;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.PrivacyCompliance.Audit;

/// <summary>Writes the audit log, in the transaction of what it tells of.</summary>
internal static class AuditLog
{
    /// <summary>The actor where nobody in particular acts.</summary>
    public const string Platform = "platform";

    private static readonly string AddSql = EmbeddedSql.Read(typeof(AuditLog), "AddEntry.sql");

    /// <summary>Adds an entry when the session is saved. Nothing personal goes into it but the acting user's name.</summary>
    public static void Add(IDocumentOperations session, DateTimeOffset at, string actor, string action, Guid caseId, string outcome) =>
        session.QueueSqlCommand(AddSql, at, session.TenantId, actor, action, caseId, outcome);
}
