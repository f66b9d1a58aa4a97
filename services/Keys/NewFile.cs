using System.Runtime.InteropServices;

namespace QrPlatform.Keys;

/// <summary>Files that come into being whole and once, however many processes make them at the same time.</summary>
public static partial class NewFile
{
    // File.Move without overwriting looks first and renames then, so that the later of two movers wins. link(2) decides in one step.
    private const int AlreadyExists = 17;

    /// <summary>
    /// Gives a finished draft its name, if nothing has that name yet; the draft's own name is gone afterwards. Both lie in one file system.
    /// </summary>
    /// <param name="draft">The finished file.</param>
    /// <param name="path">The name to give.</param>
    /// <returns>Whether this draft has the name; false: another file had it before.</returns>
    /// <exception cref="IOException">The name could not be given for another reason.</exception>
    public static bool TryPublish(string draft, string path)
    {
        var failed = Link(draft, path) != 0;
        var error = Marshal.GetLastPInvokeError();
        File.Delete(draft);
        if (failed && error != AlreadyExists) throw new IOException($"'{path}' could not be made: {Marshal.GetPInvokeErrorMessage(error)}");
        return !failed;
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string name);
}
