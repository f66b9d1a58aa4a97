namespace QrPlatform.Ingestion.Receiving;

/// <summary>A request that is refused whole: nothing of it was received.</summary>
internal sealed class RefusedRequestException(int status, string title, string detail) : Exception(detail)
{
    public int Status { get; } = status;

    public string Title { get; } = title;

    public static RefusedRequestException TooLarge(string detail) =>
        new(StatusCodes.Status413PayloadTooLarge, "The request is too large.", detail);

    public static RefusedRequestException Malformed(string detail) =>
        new(StatusCodes.Status400BadRequest, "The body is malformed.", detail);

    public static RefusedRequestException Unsupported(string detail) =>
        new(StatusCodes.Status415UnsupportedMediaType, "The body's type is not supported.", detail);
}
