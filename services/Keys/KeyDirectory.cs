using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace QrPlatform.Keys;

/// <summary>Where key files are kept: outside PostgreSQL, so that destroying one makes write-ahead log, replicas and backups unreadable too.</summary>
public sealed class KeyOptions
{
    /// <summary>Directory of the key files, shared by the services of one stack. Configuration key <c>Keys:Directory</c>.</summary>
    public string Directory { get; set; } = "";
}

/// <summary>
/// Symmetric keys of 256 bits in files <c>{purpose}/{id}.key</c>, readable by the services' user only. Processes that ask for
/// the same missing key at once agree on one of them.
/// </summary>
public sealed partial class KeyDirectory(IOptions<KeyOptions> options)
{
    private readonly ConcurrentDictionary<(string Purpose, string Id), byte[]> _known = new();

    /// <summary>The key, made if it does not exist yet.</summary>
    public byte[] GetOrCreate(string purpose, string id) => MayBeCached(purpose)
        ? _known.GetOrAdd((purpose, id), static (key, self) => self.ReadOrCreate(key.Purpose, key.Id), this)
        : ReadOrCreate(purpose, id);

    /// <summary>The key, or null where it does not exist (any more).</summary>
    public byte[]? Find(string purpose, string id)
    {
        if (_known.TryGetValue((purpose, id), out var known)) return known;
        var path = PathOf(purpose, id);
        if (!File.Exists(path)) return null;
        return MayBeCached(purpose) ? _known.GetOrAdd((purpose, id), Read(path)) : Read(path);
    }

    /// <summary>Every key of a purpose, by its id.</summary>
    public IReadOnlyDictionary<string, byte[]> All(string purpose)
    {
        var directory = Path.GetDirectoryName(PathOf(purpose, "0"))!;
        return Directory.Exists(directory)
            ? Directory.EnumerateFiles(directory, "*.key").Where(file => !Path.GetFileName(file).StartsWith('.')).ToDictionary(file => Path.GetFileNameWithoutExtension(file), Read)
            : new Dictionary<string, byte[]>();
    }

    /// <summary>Destroys a key: what it sealed can be read by nobody any more. A key that does not exist is no error.</summary>
    /// <remarks>The file is overwritten before it is removed; a copy-on-write or wear-levelling disk may keep the old blocks for a while.</remarks>
    public void Destroy(string purpose, string id)
    {
        _known.TryRemove((purpose, id), out _);
        var path = PathOf(purpose, id);
        if (!File.Exists(path)) return;
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write))
        {
            file.Write(new byte[file.Length]);
            file.Flush(flushToDisk: true);
        }

        File.Delete(path);
    }

    // A process that knows a key by heart would undo its destruction.
    private static bool MayBeCached(string purpose) => purpose != KeyPurposes.ErasureCase;

    private byte[] ReadOrCreate(string purpose, string id)
    {
        var path = PathOf(purpose, id);
        if (File.Exists(path)) return Read(path);

        var directory = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var draft = Path.Combine(directory, $".{id}.{Guid.NewGuid():N}");
        var create = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var file = new FileStream(draft, create))
        {
            file.Write(RandomNumberGenerator.GetBytes(SealedBox.KeySize));
            file.Flush(flushToDisk: true);
        }

        // Only one of several processes wins; the others take the winner's key.
        NewFile.TryPublish(draft, path);
        return Read(path);
    }

    private static byte[] Read(string path)
    {
        var key = File.ReadAllBytes(path);
        return key.Length == SealedBox.KeySize
            ? key
            : throw new InvalidOperationException($"The key file '{path}' has {key.Length} bytes; it must have {SealedBox.KeySize}. Restore it from your key backup.");
    }

    private string PathOf(string purpose, string id)
    {
        if (options.Value.Directory.Length == 0)
            throw new InvalidOperationException("Keys:Directory is not set; it must name the directory of the key files.");
        if (!Name().IsMatch(purpose) || !Name().IsMatch(id))
            throw new ArgumentException($"'{purpose}/{id}' is not the name of a key.", nameof(id));
        return Path.Combine(options.Value.Directory, purpose, id + ".key");
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,63}$")]
    private static partial Regex Name();
}
