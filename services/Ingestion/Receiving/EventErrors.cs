namespace QrPlatform.Ingestion.Receiving;

/// <summary>Why an event was refused: where, a stable code, and a sentence. The sentence never repeats the value.</summary>
internal readonly record struct EventError(string Path, string Code, string Message);

/// <summary>The codes of <see cref="EventError"/>; part of the public API, so that none is ever renamed.</summary>
internal static class EventErrorCodes
{
    public const string Required = "required";
    public const string WrongType = "wrong_type";
    public const string TooLong = "too_long";
    public const string TooMany = "too_many";
    public const string TooDeep = "too_deep";
    public const string OutOfRange = "out_of_range";
    public const string UnknownEventType = "unknown_event_type";
    public const string InvalidTimestamp = "invalid_timestamp";
    public const string InFuture = "in_future";
    public const string TooOld = "too_old";
    public const string InvalidIpAddress = "invalid_ip_address";
    public const string InvalidCurrency = "invalid_currency";
    public const string InvalidUnicode = "invalid_unicode";
    public const string InvalidCharacter = "invalid_character";
    public const string DuplicateProperty = "duplicate_property";
    public const string NotAnObject = "not_an_object";
    public const string MalformedJson = "malformed_json";
}

/// <summary>Collects what is wrong with one event. It is made once per request: most events have no error.</summary>
internal sealed class EventErrors
{
    private const int Limit = 20;
    private readonly List<EventError> _errors = [];

    public bool Any => _errors.Count > 0;

    public bool Has(string path) => _errors.Exists(error => error.Path == path);

    public void Add(string path, string code, string message)
    {
        if (_errors.Count < Limit) _errors.Add(new EventError(path, code, message));
    }

    /// <summary>The errors so far; the next event starts with none.</summary>
    public IReadOnlyList<EventError> Take()
    {
        EventError[] taken = [.. _errors];
        _errors.Clear();
        return taken;
    }
}
