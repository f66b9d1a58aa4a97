namespace QrPlatform.Reporting.Tests.Exports;

/// <summary>Reads CSV by RFC 4180; a null is a field that is empty and unquoted.</summary>
internal static class Csv
{
    public static List<List<string?>> Parse(string text)
    {
        Assert.True(text.Length == 0 || text.EndsWith("\r\n", StringComparison.Ordinal), "lines end with CRLF");
        var rows = new List<List<string?>>();
        var row = new List<string?>();
        for (var at = 0; at < text.Length;)
        {
            if (text[at] == '"')
            {
                var field = new System.Text.StringBuilder();
                for (at++; ; at++)
                {
                    if (text[at] != '"') field.Append(text[at]);
                    else if (at + 1 < text.Length && text[at + 1] == '"') field.Append(text[at++]);
                    else break;
                }

                row.Add(field.ToString());
                at++;
            }
            else
            {
                var end = text.AsSpan(at).IndexOfAny(',', '\r', '\n') + at;
                row.Add(end == at ? null : text[at..end]);
                at = end;
            }

            if (text[at] == ',')
            {
                at++;
                continue;
            }

            Assert.Equal("\r\n", text.Substring(at, 2));
            at += 2;
            rows.Add(row);
            row = [];
        }

        return rows;
    }
}
