using System.Text;

namespace Marten.Events;

/// <summary>The names under which Marten stores types.</summary>
internal static class EventNames
{
    /// <summary>QrCodeScanned is stored as qr_code_scanned.</summary>
    public static string AliasOf(Type type)
    {
        if (type.IsGenericType)
        {
            throw NotInTheSubset.Member($"an event of generic type ({type}) without a name from Events.MapEventType");
        }

        var name = type.Name;
        var alias = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length; i++)
        {
            var startsWord = i > 0 && char.IsUpper(name[i]) && name[i - 1] != '_'
                && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));
            if (startsWord)
            {
                alias.Append('_');
            }

            alias.Append(char.ToLowerInvariant(name[i]));
        }

        return alias.ToString();
    }

    /// <summary>What <c>mt_dotnet_type</c> holds: no version, so that an upgrade does not orphan history.</summary>
    public static string DotNetNameOf(Type type) => $"{type.FullName}, {type.Assembly.GetName().Name}";
}
