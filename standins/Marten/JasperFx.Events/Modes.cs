namespace JasperFx.Events;

/// <summary>What identifies a stream.</summary>
public enum StreamIdentity
{
    AsGuid,
    AsString
}

/// <summary>How Marten writes events. The stand-in writes the same rows in all modes; see the README for timestamps.</summary>
public enum EventAppendMode
{
    Rich,
    Quick,
    QuickWithServerTimestamps
}

/// <summary>Whether a pending stream is to be new.</summary>
public enum StreamActionType
{
    Start,
    Append
}
