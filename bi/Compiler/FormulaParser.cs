using System.Globalization;

namespace QrPlatform.Bi;

/// <summary>Reads formulas: names, numbers, <c>+ - * /</c> with their usual precedence, parentheses, <c>sqrt(…)</c> and <c>other_places(measure)</c>.</summary>
internal sealed class FormulaParser
{
    private const int MaxDepth = 50;

    private readonly string _text;
    private int _at;
    private int _depth;

    private FormulaParser(string text) => _text = text;

    /// <exception cref="FormatException">It is no formula; the message says where.</exception>
    public static Formula Parse(string text)
    {
        var parser = new FormulaParser(text);
        var formula = parser.Sum();
        if (parser.Next() is { } left) throw parser.Fault($"'{left}' is not expected");
        return formula;
    }

    private Formula Sum() => Chain(Product, '+', '-');

    private Formula Product() => Chain(Term, '*', '/');

    private Formula Chain(Func<Formula> operand, char one, char other)
    {
        var formula = operand();
        while (Next() is { } next && (next == one || next == other))
        {
            _at++;
            formula = new Formula.Operation(next, formula, operand());
        }

        return formula;
    }

    private Formula Term()
    {
        if (Next() is not { } first) throw Fault("a name, number or '(' is missing");
        if (first == '(') return InParentheses();
        if (char.IsAsciiDigit(first)) return new Formula.Number(decimal.Parse(Take(c => char.IsAsciiDigit(c) || c == '.'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture));
        if (!char.IsAsciiLetterLower(first)) throw Fault($"'{first}' is not expected");
        var name = Take(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_');
        if (Next() != '(') return new Formula.MeasureValue(name);
        return name switch
        {
            "sqrt" => new Formula.SquareRoot(InParentheses()),
            "other_places" => InParentheses() is Formula.MeasureValue measure ? new Formula.OtherPlaces(measure.Name) : throw Fault("other_places needs a measure"),
            _ => throw Fault($"there is no function '{name}', only sqrt and other_places,"),
        };
    }

    private Formula InParentheses()
    {
        if (++_depth > MaxDepth) throw Fault("the parentheses are too deep");
        _at++;
        var inner = Sum();
        if (Next() != ')') throw Fault("')' is missing");
        _at++;
        _depth--;
        return inner;
    }

    private char? Next()
    {
        while (_at < _text.Length && _text[_at] == ' ') _at++;
        return _at < _text.Length ? _text[_at] : null;
    }

    private string Take(Func<char, bool> which)
    {
        var start = _at;
        while (_at < _text.Length && which(_text[_at])) _at++;
        return _text[start.._at];
    }

    private FormatException Fault(string what) => new($"{what} at position {_at + 1} of '{_text}'");
}
