using System.Reflection;

namespace QrPlatform.Standins.Tests;

/// <summary>Writes types and members down, one line each.</summary>
internal static class Signatures
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IEnumerable<string> Of(Type type)
    {
        yield return $"{Name(type)} {Kind(type)}{Bases(type)}";
        if (typeof(Delegate).IsAssignableFrom(type))
            yield break;
        foreach (var member in type.GetMembers(Declared).Where(IsVisible))
            if (Line(member) is { } line)
                yield return $"{Name(type)}.{line}";
    }

    public static string Name(Type type)
    {
        if (type.IsGenericParameter)
            return type.Name;
        if (type.IsByRef)
            return "ref " + Name(type.GetElementType()!);
        if (type.IsArray)
            return Name(type.GetElementType()!) + "[]";
        var name = (type.DeclaringType is { } outer ? Name(outer) + "." : type.Namespace is { Length: > 0 } space ? space + "." : "") + type.Name.Split('`')[0];
        var own = type.GetGenericArguments().Skip(type.DeclaringType?.GetGenericArguments().Length ?? 0).ToArray();
        return own.Length == 0 ? name : $"{name}<{string.Join(", ", own.Select(Name))}>";
    }

    private static string Kind(Type type) => type switch
    {
        { IsEnum: true } => "enum",
        { IsInterface: true } => "interface",
        { IsValueType: true } => "struct",
        { IsAbstract: true, IsSealed: true } => "static class",
        { IsAbstract: true } => "abstract class",
        { IsSealed: true } => "sealed class",
        _ => "class",
    };

    private static string Bases(Type type)
    {
        var bases = (type.BaseType is { } parent && parent != typeof(object) && !type.IsValueType ? [Name(parent)] : Array.Empty<string>())
            .Concat(type.IsEnum ? [] : type.GetInterfaces().Where(i => i.IsVisible).Select(Name).Order(StringComparer.Ordinal)).ToArray();
        return bases.Length == 0 ? "" : " : " + string.Join(", ", bases);
    }

    private static bool IsVisible(MemberInfo member) => member switch
    {
        MethodBase method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly,
        FieldInfo field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly,
        PropertyInfo property => property.GetAccessors(nonPublic: true).Any(IsVisible),
        EventInfo @event => @event.AddMethod is { } add && IsVisible(add),
        _ => false,
    };

    private static string? Line(MemberInfo member) => member switch
    {
        ConstructorInfo constructor => $"new({Parameters(constructor)})",
        MethodInfo { IsSpecialName: true } method when !method.Name.StartsWith("op_", StringComparison.Ordinal) => null,
        // What the compiler writes for records is as it is for every record.
        MethodInfo method when method.Name.Contains('<', StringComparison.Ordinal)
            || method.GetCustomAttribute<System.Runtime.CompilerServices.CompilerGeneratedAttribute>() is not null => null,
        MethodInfo method => $"{Static(method)}{method.Name}{Generics(method)}({Parameters(method)}) : {Name(method.ReturnType)}",
        PropertyInfo property => $"{Static(property.GetAccessors(true)[0])}{property.Name} {{{Accessors(property)} }} : {Name(property.PropertyType)}",
        FieldInfo { IsSpecialName: false } field => $"{(field.IsStatic ? "static " : "")}{field.Name} : {Name(field.FieldType)}",
        EventInfo @event => $"event {@event.Name} : {Name(@event.EventHandlerType!)}",
        _ => null,
    };

    private static string Static(MethodBase method) => method.IsStatic ? "static " : method is MethodInfo { IsVirtual: true, IsFinal: false } && method.DeclaringType is { IsInterface: false } ? "virtual " : "";

    private static string Accessors(PropertyInfo property) => string.Concat(
        property.GetMethod is { } get && IsVisible(get) ? " get;" : "",
        property.SetMethod is { } set && IsVisible(set)
            ? set.ReturnParameter.GetRequiredCustomModifiers().Any(m => m.Name == "IsExternalInit") ? " init;" : " set;"
            : "");

    private static string Generics(MethodInfo method)
    {
        if (!method.IsGenericMethod)
            return "";
        return $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name + Constraints(a)))}>";
    }

    private static string Constraints(Type parameter)
    {
        var attributes = parameter.GenericParameterAttributes;
        var all = new List<string>();
        if (attributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
            all.Add("class");
        all.AddRange(parameter.GetGenericParameterConstraints().Select(Name));
        if (attributes.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint))
            all.Add("new()");
        return all.Count == 0 ? "" : " : " + string.Join(" & ", all);
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(p =>
        (p.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "") + Name(p.ParameterType) + " " + p.Name + (p.HasDefaultValue ? $" = {p.DefaultValue ?? "default"}" : "")));
}
