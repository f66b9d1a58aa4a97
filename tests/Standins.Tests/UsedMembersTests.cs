using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace QrPlatform.Standins.Tests;

/// <summary>
/// Application code uses those members of the stand-ins that stand in the list: each marked as documented (the real package was seen to have it),
/// source (its declaration was read in the package's public sources, in the file that the list names) or unverified (nobody has looked yet).
/// </summary>
public sealed class UsedMembersTests
{
    private const string ListName = "used-members";

    private static string ListPath => Repository.Path("tests", "Standins.Tests", ListName + ".txt");

    [Fact]
    public void Are_those_of_the_list()
    {
        var used = Assemblies().SelectMany(Used).Distinct().Order(StringComparer.Ordinal).ToArray();
        Assert.True(used.Length > 50, $"only {used.Length} members are found to be used");
        if (Baseline.IsAccepting)
            Accept(used);
        var listed = File.ReadAllLines(ListPath).Where(IsEntry).Select(l => l.Split(' ')).ToArray();
        Assert.All(listed, l => Assert.Equal(l[0] switch { "documented" or "unverified" => 2, "source" => 4, _ => 0 }, l.Length));

        var missing = used.Except(listed.Select(l => l[1])).Select(m => $"+ {m}").ToArray();
        var needless = listed.Select(l => l[1]).Except(used).Select(m => $"- {m}").ToArray();
        Assert.True(
            missing.Length + needless.Length == 0,
            $"Application code uses other members of the stand-ins than tests/Standins.Tests/{ListName}.txt says:\n{string.Join('\n', missing.Concat(needless))}\n\n"
            + $"To accept, what is new as unverified: {Baseline.Accept}=1 dotnet test tests/Standins.Tests --filter {nameof(UsedMembersTests)}");
    }

    private static bool IsEntry(string line) => line.Length > 0 && line[0] != '#';

    private static void Accept(string[] used)
    {
        var lines = File.ReadAllLines(ListPath);
        var known = lines.Where(IsEntry).ToDictionary(l => l.Split(' ')[1]);
        File.WriteAllLines(ListPath, [.. lines.Where(l => !IsEntry(l)), .. used.Select(m => known.GetValueOrDefault(m, $"unverified {m}"))]);
    }

    /// <summary>Everything that is built of the application, outside of standins and tests.</summary>
    private static IEnumerable<string> Assemblies()
    {
        var projects = new[] { "AppHost", "ServiceDefaults", "gateway" }.Select(d => Repository.Path(d))
            .Concat(Directory.GetDirectories(Repository.Path("services")))
            .SelectMany(d => Directory.GetFiles(d, "*.csproj"));
        foreach (var project in projects)
        {
            var name = Path.GetFileNameWithoutExtension(project);
            var output = Path.Combine(Path.GetDirectoryName(project)!, "bin", Repository.Configuration, "net10.0");
            var own = Directory.Exists(output)
                ? Directory.GetFiles(output, "*.dll").FirstOrDefault(f => Path.GetFileNameWithoutExtension(f) is var n && (n == name || n == "QrPlatform." + name))
                : null;
            if (own is not null)
                yield return own;
        }
    }

    private static IEnumerable<string> Used(string path)
    {
        using var file = File.OpenRead(path);
        using var portable = new PEReader(file);
        var reader = portable.GetMetadataReader();
        var members = new List<string>();
        foreach (var handle in reader.MemberReferences)
        {
            var member = reader.GetMemberReference(handle);
            if (TypeOf(reader, member.Parent) is { } type)
                members.Add($"{type}.{reader.GetString(member.Name)}");
        }

        return members;
    }

    /// <summary>The type when it is one of a stand-in.</summary>
    private static string? TypeOf(MetadataReader reader, EntityHandle parent) => parent.Kind switch
    {
        HandleKind.TypeReference => OfStandin(reader, (TypeReferenceHandle)parent),
        HandleKind.TypeSpecification => reader.GetTypeSpecification((TypeSpecificationHandle)parent).DecodeSignature(new StandinTypes(), null),
        _ => null,
    };

    private static string? OfStandin(MetadataReader reader, TypeReferenceHandle handle)
    {
        var type = reader.GetTypeReference(handle);
        var name = reader.GetString(type.Name);
        if (type.ResolutionScope.Kind == HandleKind.TypeReference)
            return OfStandin(reader, (TypeReferenceHandle)type.ResolutionScope) is { } outer ? $"{outer}.{name}" : null;
        return type.ResolutionScope.Kind == HandleKind.AssemblyReference
            && reader.GetString(reader.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name).StartsWith("Native.", StringComparison.Ordinal)
            ? $"{reader.GetString(type.Namespace)}.{name}"
            : null;
    }

    /// <summary>Of a generic type its definition; of everything else nothing.</summary>
    private sealed class StandinTypes : ISignatureTypeProvider<string?, object?>
    {
        public string? GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => OfStandin(reader, handle);

        public string? GetGenericInstantiation(string? genericType, System.Collections.Immutable.ImmutableArray<string?> typeArguments) => genericType;

        public string? GetSZArrayType(string? elementType) => null;

        public string? GetArrayType(string? elementType, ArrayShape shape) => null;

        public string? GetByReferenceType(string? elementType) => null;

        public string? GetPointerType(string? elementType) => null;

        public string? GetPinnedType(string? elementType) => null;

        public string? GetFunctionPointerType(MethodSignature<string?> signature) => null;

        public string? GetGenericMethodParameter(object? genericContext, int index) => null;

        public string? GetGenericTypeParameter(object? genericContext, int index) => null;

        public string? GetModifiedType(string? modifier, string? unmodifiedType, bool isRequired) => unmodifiedType;

        public string? GetPrimitiveType(PrimitiveTypeCode typeCode) => null;

        public string? GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => null;

        public string? GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) => null;
    }
}
