using System.Globalization;
using System.Text;
using Aspire.Hosting;
using Aspire.Hosting.Native;

namespace QrPlatform.HostingTests;

/// <summary>What processes write, kept and shown.</summary>
public sealed class ConsoleLogTests : IDisposable
{
    private readonly string _directory = Directory.CreateDirectory(Stack.NewDirectory()).FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_reader_that_keeps_up_gets_every_line_through_many_rotations()
    {
        var log = NewLog(limit: 10_000);
        var read = new List<string>();
        var position = 0L;
        for (var written = 0; written < 3_000; written += 100)
        {
            for (var line = written; line < written + 100; line++)
                await log.WriteLineAsync($"line {line} {new string('x', line % 60)}");
            LogPage page;
            do
            {
                page = await log.ReadAsync(position, CancellationToken.None);
                Assert.Equal(0, page.Skipped);
                read.AddRange(page.Lines);
                position = page.End;
            }
            while (page.Lines.Count > 0);
        }

        Assert.Equal(Enumerable.Range(0, 3_000).Select(i => i.ToString(CultureInfo.InvariantCulture)), read.Select(l => l.Split(' ')[1]));
    }

    [Fact]
    public async Task A_reader_gets_every_line_while_it_is_written_and_rotated()
    {
        var log = NewLog(limit: 300_000);
        var writing = Task.Run(async () =>
        {
            for (var line = 0; line < 12_000; line++)
                await log.WriteLineAsync($"{line} {new string('y', 40)}");
        });
        var read = new List<string>();
        var position = 0L;
        while (read.Count < 12_000)
        {
            var changed = log.Changed;
            var page = await log.ReadAsync(position, CancellationToken.None);
            Assert.Equal(0, page.Skipped);
            read.AddRange(page.Lines);
            position = page.End;
            if (page.Lines.Count == 0)
                await changed.WaitAsync(TimeSpan.FromSeconds(20));
        }

        await writing;
        Assert.Equal(Enumerable.Range(0, 12_000).Select(i => i.ToString(CultureInfo.InvariantCulture)), read.Select(l => l.Split(' ')[0]));
    }

    [Fact]
    public async Task A_reader_that_fell_behind_is_told_how_much_is_gone()
    {
        var log = NewLog(limit: 500);
        var written = 0;
        for (var line = 0; line < 200; line++)
        {
            await log.WriteLineAsync($"line {line}");
            written += $"line {line}\n".Length;
        }

        var page = await log.ReadAsync(0, CancellationToken.None);
        var rest = await log.ReadAsync(page.End, CancellationToken.None);

        var kept = page.Lines.Concat(rest.Lines).ToArray();
        Assert.True(page.Skipped > 0);
        Assert.Equal(written, page.Skipped + kept.Sum(l => l.Length + 1));
        Assert.Equal("line 199", kept[^1]);
    }

    [Fact]
    public async Task The_tail_is_whole_lines_and_its_end_is_where_to_read_on()
    {
        var log = NewLog();
        await log.WriteLineAsync(new string('z', 300_000));
        for (var line = 0; line < 50; line++)
            await log.WriteLineAsync($"größe {line}");

        var tail = await log.TailAsync(10, CancellationToken.None);
        await log.WriteLineAsync("next");

        Assert.Equal(Enumerable.Range(40, 10).Select(i => $"größe {i}"), tail.Lines);
        Assert.Equal(["next"], (await log.ReadAsync(tail.End, CancellationToken.None)).Lines);
        Assert.Equal(50, (await log.TailAsync(1_000, CancellationToken.None)).Lines.Count(l => l.StartsWith("größe", StringComparison.Ordinal)));
        Assert.Empty((await NewLog("other").TailAsync(10, CancellationToken.None)).Lines);
    }

    [Fact]
    public async Task Lines_of_the_two_outputs_do_not_mix_and_are_told_apart()
    {
        var log = NewLog();
        var pieces = Enumerable.Range(0, 2_000).Select(i => $"{i}\n").ToArray();

        await Task.WhenAll(
            log.CopyAsync(new Dribble(string.Concat(pieces.Select(p => "out " + p)))),
            log.CopyAsync(new Dribble(string.Concat(pieces.Select(p => "error " + p)) + "no end"), isError: true));

        var lines = File.ReadAllLines(log.Path);
        Assert.Equal(pieces.Select(p => "out " + p.TrimEnd()), lines.Where(l => l.StartsWith("out ", StringComparison.Ordinal)));
        Assert.Equal(
            pieces.Select(p => "stderr: error " + p.TrimEnd()).Append("stderr: no end"), lines.Where(l => l.StartsWith(ConsoleLog.ErrorMark, StringComparison.Ordinal)));
        Assert.Equal(4_001, lines.Length);
    }

    [Fact]
    public async Task A_line_without_end_does_not_grow_in_memory()
    {
        var log = NewLog();

        await log.CopyAsync(new MemoryStream(Encoding.UTF8.GetBytes(new string('a', 1_000_000))));

        Assert.All(File.ReadAllLines(log.Path), l => Assert.True(l.Length <= 16 * 1024));
        Assert.Equal(1_000_000, File.ReadAllText(log.Path).Count(c => c == 'a'));
    }

    [Fact]
    public async Task The_page_gets_lines_live_reads_on_where_it_paused_and_never_sees_a_secret()
    {
        await using var stack = await Stack.StartAsync(b =>
        {
            var secret = b.AddParameter("secret", "hunter2-hunter2", secret: true);
            b.AddExecutable("talker", "sh", ".", "-c", "echo \"password=$SECRET\"; echo broken >&2; printf '\\033[31mred\\033[0m\\n'; sleep 1000")
                .WithEnvironment("SECRET", secret);
        }, dashboard: true);
        using var client = await DashboardClient.Of(stack).LogInAsync();
        await client.ReachesAsync("talker", "running");

        var lines = new List<(string? Text, bool IsError)>();
        var position = "";
        await foreach (var (_, id, data) in client.EventsAsync("/api/resources/talker/log"))
        {
            Add(data);
            position = id;
            if (lines.Count >= 3)
                break;
        }

        Assert.Equal([("password=••••••", false), ("broken", true), ("\u001b[31mred\u001b[0m", false)], lines.OrderBy(l => l.IsError ? 1 : l.Text!.Contains("red", StringComparison.Ordinal) ? 2 : 0));
        lines.Clear();
        await client.DoAsync("talker", "restart");
        await foreach (var (type, _, data) in client.EventsAsync($"/api/resources/talker/log?after={position}"))
        {
            Assert.NotEqual("tail", type);
            Add(data);
            if (lines.Count >= 3)
                break;
        }

        Assert.Contains(("password=••••••", false), lines);
        var download = await client.Http.GetStringAsync("/api/resources/talker/log.txt");
        Assert.Contains("stderr: broken\n", download, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", download, StringComparison.Ordinal);
        var parameter = await client.ResourceAsync("secret");
        Assert.Equal("••••••", parameter.GetProperty("value").GetString());

        void Add(System.Text.Json.JsonElement page) => lines.AddRange(page.GetProperty("lines").EnumerateArray().Select(l => (l.GetProperty("text").GetString(), l.GetProperty("isError").GetBoolean())));
    }

    private ConsoleLog NewLog(string name = "noisy", long limit = 10 * 1024 * 1024) => new(Path.Combine(_directory, name + ".log"), limit);

    /// <summary>Gives a few bytes at a time.</summary>
    private sealed class Dribble(string text) : MemoryStream(Encoding.UTF8.GetBytes(text))
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            return await base.ReadAsync(buffer[..Math.Min(7, buffer.Length)], cancellationToken);
        }
    }
}
