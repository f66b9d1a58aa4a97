using System.Buffers;
using System.Text;
using System.Text.Json;
using QrPlatform.Reporting.Exports;

namespace QrPlatform.Reporting.Tests.Exports;

public sealed class CsvWriterTests
{
    [Theory]
    [InlineData("""["plain", 1, -2.50, 1e3, true, null, ""]""", "plain,1,-2.50,1e3,true,,\"\"")]
    [InlineData("""["a,b", "a\"b", "a\r\nb", "a\nb", " a", "ü€😀"]""", "\"a,b\",\"a\"\"b\",\"a\r\nb\",\"a\nb\",\" a\",ü€😀")]
    [InlineData("""["=1+2", "+1", "-2", "@x", "\tx", "\rx", "=\"a\"", "a=b", "2-1"]""", "'=1+2,'+1,'-2,'@x,'\tx,\"'\rx\",\"'=\"\"a\"\"\",a=b,2-1")]
    [InlineData("""[["A", "B"], [], {"k": 1}]""", "\"[\"\"A\"\", \"\"B\"\"]\",[],\"{\"\"k\"\": 1}\"")]
    [InlineData("[]", "")]
    public void Writes_a_row(string json, string expected)
    {
        var output = new ArrayBufferWriter<byte>();
        new CsvWriter(output).Row(Encoding.UTF8.GetBytes(json));
        Assert.Equal(expected + "\r\n", Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void Random_rows_come_back_as_they_were()
    {
        var random = new Random(5);
        const string Alphabet = "ab,\"\r\n =+-@\té漢\u0001';|";
        for (var round = 0; round < 2_000; round++)
        {
            var row = Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Next(6) switch
            {
                0 => (object?)null,
                1 => random.Next(-1_000, 1_000) / 8m,
                _ => new string([.. Enumerable.Range(0, random.Next(6)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]),
            }).ToList();
            var output = new ArrayBufferWriter<byte>();
            new CsvWriter(output).Row(JsonSerializer.SerializeToUtf8Bytes(row));
            var expected = row.Select(cell => cell switch
            {
                string text when text.Length > 0 && "=+-@\t\r\n".Contains(text[0]) => "'" + text,
                decimal number => JsonSerializer.Serialize(number),
                _ => (string?)cell,
            });
            Assert.Equal(expected, Csv.Parse(Encoding.UTF8.GetString(output.WrittenSpan)).Single());
        }
    }
}
