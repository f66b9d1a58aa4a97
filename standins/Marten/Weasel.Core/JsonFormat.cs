namespace Weasel.Core;

/// <summary>How enumerations are written to JSON.</summary>
public enum EnumStorage
{
    AsInteger,
    AsString
}

/// <summary>How property names are written to JSON; <see cref="Default"/> is as declared.</summary>
public enum Casing
{
    Default,
    CamelCase,
    SnakeCase
}
