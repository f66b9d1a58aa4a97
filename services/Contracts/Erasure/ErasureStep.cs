namespace QrPlatform.Contracts.Erasure;

/// <summary>The steps of an erasure, in their order. Each is done by the owner of a store, and doing it again changes nothing.</summary>
public enum ErasureStep
{
    /// <summary>privacy-compliance: the person is suppressed, and the record with its data key deleted.</summary>
    SubjectKeys = 1,

    /// <summary>enrichment: nothing of the person is appended any more; its sessions are found, and privacy-compliance suppresses them.</summary>
    Sessions = 2,

    /// <summary>enrichment: events lose what is personal, and the log says so.</summary>
    EventStore = 3,

    /// <summary>ingestion: copies of refused and unprocessable events are removed.</summary>
    Quarantine = 4,

    /// <summary>projection: the rows have followed the log.</summary>
    ReadModels = 5,

    /// <summary>reporting: cached answers of the tenant are dropped.</summary>
    Cache = 6,

    /// <summary>privacy-compliance searches its own schema.</summary>
    VerifySubjectKeys = 7,

    /// <summary>enrichment searches the event store.</summary>
    VerifyEventStore = 8,

    /// <summary>ingestion searches its schema, sealed copies included.</summary>
    VerifyQuarantine = 9,

    /// <summary>projection searches the read models.</summary>
    VerifyReadModels = 10,

    /// <summary>reporting searches every key and value of the cache.</summary>
    VerifyCache = 11,

    /// <summary>privacy-compliance searches the log files.</summary>
    VerifyLogs = 12,
}
