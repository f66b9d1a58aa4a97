namespace JasperFx;

/// <summary>Somebody else changed what this session was based on.</summary>
public class ConcurrencyException : Exception
{
    public ConcurrencyException(Type docType, object id)
        : base($"Optimistic concurrency check failed for {docType?.FullName} #{id}")
    {
        DocType = docType?.FullName;
        Id = id;
    }

    public ConcurrencyException(string message, Type? docType, object id) : base(message)
    {
        DocType = docType?.FullName;
        Id = id;
    }

    public ConcurrencyException(string? message) : base(message)
    {
    }

    public ConcurrencyException(string? message, Exception? innerException) : base(message, innerException)
    {
    }

    public string? DocType { get; set; }

    public object? Id { get; set; }
}
