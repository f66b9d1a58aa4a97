using QrPlatform.Enrichment.Managing;
using QrPlatform.Enrichment.Steps;
using QrPlatform.Events;
using QrPlatform.Requests;

namespace QrPlatform.Enrichment.Campaigns;

/// <summary>A cost as a caller states it.</summary>
/// <param name="CostId">The caller's id of it, from the body or the header Idempotency-Key, or null.</param>
/// <param name="From">First day.</param>
/// <param name="To">Last day, inclusive.</param>
/// <param name="Amount">The whole amount.</param>
/// <param name="ReportingAmount">The same in the reporting currency.</param>
internal sealed record CostRequest(string? CostId, DateOnly From, DateOnly To, Money Amount, Money ReportingAmount)
{
    /// <summary>Days that one cost may be spread over: five years.</summary>
    public const int MostDays = 1_827;

    private const string KeyHeader = "Idempotency-Key";

    /// <summary>Reads <c>{"id","from","to","amount","currency"}</c>; null where something is wrong.</summary>
    public static CostRequest? Read(JsonObjectReader body, IHeaderDictionary headers, string reportingCurrency)
    {
        body.Allow("id", "from", "to", "amount", "currency");
        var id = ReadId(body, headers);
        var from = body.Day("from");
        var to = body.Day("to");
        var currency = body.Currency("currency") ?? reportingCurrency;
        var amount = body.Decimal("amount", -CampaignDetails.MostMoney, CampaignDetails.MostMoney, MinorUnits.Of(currency), required: true);
        if (from is not { } first || to is not { } last || amount is not { } value) return null;
        if (first > last) body.Note("to", "out_of_range", "Must not be before 'from'; both are inclusive.");
        else if (last.DayNumber - first.DayNumber >= MostDays) body.Note("to", "out_of_range", $"A cost may be spread over up to {MostDays} days.");
        if (value == 0) body.Note("amount", "out_of_range", "Must not be 0. A credit is negative.");
        var stated = new Money(value, currency);
        if (ConvertMoney.ToReporting(stated, reportingCurrency) is { } converted) return new CostRequest(id, first, last, stated, converted);
        body.Note("currency", "fx_rate_missing", $"There is no rate from {currency} to {reportingCurrency}, the reporting currency. State the amount in {reportingCurrency}.");
        return null;
    }

    public bool Says(CampaignCost known) => (From, To, Amount) == (known.From, known.To, known.Amount);

    private static string? ReadId(JsonObjectReader body, IHeaderDictionary headers)
    {
        var stated = body.Line("id", ManagedId.Longest);
        // As a structured field the key is a quoted string; most callers send it bare.
        var key = headers[KeyHeader].ToString() is { Length: > 0 } header ? header.Trim('"') : null;
        if (key is not null && stated is not null && key != stated)
            body.Note("id", "other_key", $"Differs from the header {KeyHeader}; send one of them, or both the same.");
        var id = stated ?? key;
        if (id is not null && !ManagedId.IsValid(id)) body.Note("id", "invalid_id", ManagedId.Rule);
        return id;
    }
}
