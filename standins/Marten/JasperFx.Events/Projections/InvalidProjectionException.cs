namespace JasperFx.Events.Projections;

/// <summary>A projection cannot work with the store as it is configured.</summary>
public class InvalidProjectionException : Exception
{
    public InvalidProjectionException(string message) : base(message)
    {
    }

    public InvalidProjectionException(string[] messages) : base(string.Join(Environment.NewLine, messages))
    {
    }
}
