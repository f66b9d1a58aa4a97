using QrPlatform.Contracts.Scans;
using QrPlatform.Enrichment.Pipeline;
using QrPlatform.Enrichment.Steps;
using QrPlatform.Enrichment.Tests.Pipeline;
using QrPlatform.Events;

namespace QrPlatform.Enrichment.Tests.Steps;

public sealed class ConvertMoneyTests
{
    [Theory]
    [InlineData("USD", "12.345", "12.34")]
    [InlineData("USD", "12.355", "12.36")]
    [InlineData("USD", "-3.005", "-3.00")]
    [InlineData("JPY", "100.5", "100")]
    [InlineData("JPY", "101.5", "102")]
    [InlineData("KWD", "1.2345", "1.234")]
    [InlineData("KWD", "1.2355", "1.236")]
    [InlineData("CLF", "1.00005", "1.0000")]
    public void Rounds_half_even_to_the_minor_unit(string reporting, string amount, string expected)
    {
        var draft = Examples.Draft(Examples.Money(Decimal(amount)), Examples.Demo with { ReportingCurrency = reporting });

        Assert.Null(ConvertMoney.Apply(draft).End);
        Assert.Equal(new Money(Decimal(expected), reporting), draft.ReportingRevenue);
        Assert.Equal(new Money(Decimal(amount), reporting), draft.Revenue);
    }

    [Theory]
    [InlineData("25.50")]
    [InlineData("-25.50")]
    public void A_refund_is_negative_however_it_is_signed(string amount)
    {
        var draft = Examples.Draft(Examples.Money(Decimal(amount), "USD", ScanEventType.Refund));

        Assert.Null(ConvertMoney.Apply(draft).End);
        Assert.Equal(-25.50m, draft.ReportingRevenue!.Amount);
        Assert.Equal(Decimal(amount), draft.Revenue!.Amount);
    }

    [Fact]
    public void Another_currency_has_no_rate()
    {
        Assert.Equal(EndReason.FxRateMissing, ConvertMoney.Apply(Examples.Draft(Examples.Money(1, "EUR"))).End);
        Assert.Null(ConvertMoney.Apply(Examples.Draft(Examples.Money(1, "usd"))).End);
    }

    [Fact]
    public void Without_an_amount_there_is_no_money()
    {
        var draft = Examples.Draft(Examples.Scan() with { BehaviorMetrics = new BehaviorMetrics { Currency = "EUR" } });

        Assert.Null(ConvertMoney.Apply(draft).End);
        Assert.Null(draft.Revenue);
        Assert.Null(draft.ReportingRevenue);
    }

    private static decimal Decimal(string text) => decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
