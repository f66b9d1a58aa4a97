using Npgsql;

namespace Marten.Exceptions;

/// <summary>Base of the store's own exceptions.</summary>
public class MartenException : Exception
{
    public MartenException(string message) : base(message)
    {
    }

    public MartenException(string message, Exception? innerException) : base(message, innerException)
    {
    }
}

/// <summary>A stream was started that exists.</summary>
public class ExistingStreamIdCollisionException : MartenException
{
    public ExistingStreamIdCollisionException(object id, Type? aggregateType) : base($"Stream #{id} already exists in the database")
    {
        Id = id;
        AggregateType = aggregateType;
    }

    public object Id { get; }

    public Type? AggregateType { get; }
}

/// <summary>The stream's state forbids the operation; it is archived, for example.</summary>
public class InvalidStreamOperationException(string message) : MartenException(message);

/// <summary>A class cannot be a document; it has no id, for example.</summary>
public class InvalidDocumentException(string message) : MartenException(message);

/// <summary>A document was asked for by an id of another type than it has.</summary>
public class DocumentIdTypeMismatchException : MartenException
{
    public DocumentIdTypeMismatchException(Type documentType, Type idType)
        : base($"Id type mismatch. The id of document type {documentType.FullName} is not a {idType.FullName}.")
    {
    }

    public DocumentIdTypeMismatchException(string message) : base(message)
    {
    }
}

/// <summary>A stored event's type is not registered and cannot be found.</summary>
public class UnknownEventTypeException : MartenException
{
    public UnknownEventTypeException(string eventTypeName)
        : base($"Unknown event type name alias '{eventTypeName}'. You may need to register this event type through StoreOptions.Events.AddEventType(type)") =>
        EventTypeName = eventTypeName;

    public string EventTypeName { get; }
}

/// <summary>PostgreSQL refused a command; the cause is in <see cref="Exception.InnerException"/>.</summary>
public class MartenCommandException : MartenException
{
    public MartenCommandException(NpgsqlCommand? command, Exception innerException)
        : base($"Marten Command Failure: {innerException?.Message}", innerException) => Command = command;

    public NpgsqlCommand? Command { get; }
}
