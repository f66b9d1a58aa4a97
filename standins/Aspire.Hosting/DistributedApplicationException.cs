namespace Aspire.Hosting;

/// <summary>The model is wrong, or the application cannot be run. The message is written for the one who started it.</summary>
public class DistributedApplicationException : Exception
{
    /// <summary>Makes an exception without message.</summary>
    public DistributedApplicationException()
    {
    }

    /// <summary>Makes an exception.</summary>
    public DistributedApplicationException(string message) : base(message)
    {
    }

    /// <summary>Makes an exception with its cause.</summary>
    public DistributedApplicationException(string message, Exception inner) : base(message, inner)
    {
    }
}
