using System.Collections.Concurrent;
using System.Reflection;
using Marten.Exceptions;

namespace Marten.Documents;

/// <summary>A document type's id and version, found by their names.</summary>
internal sealed class DocumentMembers
{
    private static readonly ConcurrentDictionary<Type, DocumentMembers> Known = new();

    private static readonly Type[] IdTypes = [typeof(Guid), typeof(string), typeof(int), typeof(long)];

    private readonly Type _type;
    private readonly MemberInfo? _id;
    private readonly MemberInfo? _version;

    private DocumentMembers(Type type)
    {
        _type = type;
        var members = Members(type).ToList();
        _id = members.Find(m => IsNamed(m, "id") && IdTypes.Contains(TypeOf(m)));
        _version = members.Find(m => IsNamed(m, "version") && IsWritable(m) && (TypeOf(m) == typeof(int) || TypeOf(m) == typeof(long)));
    }

    /// <exception cref="InvalidDocumentException">It has no id, so that it can be aggregated, but not stored.</exception>
    public Type IdType => TypeOf(_id ?? throw new InvalidDocumentException(
        $"Could not determine an 'id/Id' field or property of type Guid, string, int or long for requested document type {_type.FullName}"));

    public static DocumentMembers Of(Type type) => Known.GetOrAdd(type, static t => new DocumentMembers(t));

    public object? IdOf(object document) => _id switch
    {
        PropertyInfo property => property.GetValue(document),
        FieldInfo field => field.GetValue(document),
        _ => null
    };

    /// <summary>Gives an aggregate the id under which it is kept, if it has another or none.</summary>
    public void Identify(object document, object id)
    {
        if (_id is not null && TypeOf(_id) == id.GetType() && !id.Equals(IdOf(document)))
        {
            TrySetId(document, id);
        }
    }

    public bool TrySetId(object document, object id)
    {
        if (_id is null || !IsWritable(_id))
        {
            return false;
        }

        Set(_id, document, id);
        return true;
    }

    /// <summary>Tells an aggregate its version, if it has a member of that name.</summary>
    public void SetVersion(object document, long version)
    {
        if (_version is not null)
        {
            Set(_version, document, TypeOf(_version) == typeof(int) ? checked((int)version) : (object)version);
        }
    }

    private static IEnumerable<MemberInfo> Members(Type type)
    {
        const BindingFlags Instance = BindingFlags.Instance | BindingFlags.Public;
        return type.GetProperties(Instance).Where(p => p.GetIndexParameters().Length == 0).Cast<MemberInfo>().Concat(type.GetFields(Instance));
    }

    private static bool IsNamed(MemberInfo member, string name) => string.Equals(member.Name, name, StringComparison.OrdinalIgnoreCase);

    private static bool IsWritable(MemberInfo member) => member is PropertyInfo property ? property.CanWrite : !((FieldInfo)member).IsInitOnly;

    private static Type TypeOf(MemberInfo member) => member is PropertyInfo property ? property.PropertyType : ((FieldInfo)member).FieldType;

    private static void Set(MemberInfo member, object document, object value)
    {
        if (member is PropertyInfo property)
        {
            property.SetValue(document, value);
        }
        else
        {
            ((FieldInfo)member).SetValue(document, value);
        }
    }
}
