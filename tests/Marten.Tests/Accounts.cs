using JasperFx.Events;
using Marten.Events.Aggregation;
using Marten.Events.Projections;

namespace QrPlatform.Marten.Tests;

public sealed record Opened(string Owner);

public sealed record Deposited(decimal Amount, Currency Currency = Currency.Euro);

public sealed record Closed;

public enum Currency
{
    Euro = 1,
    Dollar = 2,
}

public sealed record Account(string Id, string Owner, decimal Balance);

public sealed class AccountProjection : SingleStreamProjection<Account, string>
{
    public override Account? Evolve(Account? snapshot, string id, IEvent e) => e.Data switch
    {
        Opened opened => new Account(id, opened.Owner, 0),
        Deposited deposited when snapshot is not null => snapshot with { Balance = snapshot.Balance + deposited.Amount },
        _ => snapshot,
    };
}

/// <summary>An account as it is kept, until it is closed.</summary>
public sealed record KeptAccount(string Id, string Owner, decimal Balance)
{
    public long Version { get; init; }
}

public sealed class KeptAccountProjection : SingleStreamProjection<KeptAccount, string>
{
    public override KeptAccount? Evolve(KeptAccount? snapshot, string id, IEvent e) => e.Data switch
    {
        Opened opened => new KeptAccount(id, opened.Owner, 0),
        Deposited deposited when snapshot is not null => snapshot with { Balance = snapshot.Balance + deposited.Amount },
        Closed => null,
        _ => snapshot,
    };
}

/// <summary>A document that evolves itself.</summary>
public sealed class Turnover
{
    public string Id { get; set; } = "";

    public decimal Sum { get; set; }

    public int Version { get; set; }

    public void Evolve(IEvent e)
    {
        if (e.Data is Deposited deposited) Sum += deposited.Amount;
    }
}

/// <summary>All deposits in a currency, whoever made them.</summary>
public sealed record CurrencyTotal(int Id, decimal Sum, int Deposits, IReadOnlyList<string> Accounts);

public sealed class CurrencyTotalProjection : MultiStreamProjection<CurrencyTotal, int>
{
    public CurrencyTotalProjection()
    {
        Identity<Deposited>(deposited => (int)deposited.Currency);
        Identities<IEvent<Closed>>(_ => [(int)Currency.Euro, (int)Currency.Dollar]);
    }

    public override CurrencyTotal? Evolve(CurrencyTotal? snapshot, int id, IEvent e) => e.Data switch
    {
        Deposited deposited when snapshot is null => new CurrencyTotal(id, deposited.Amount, 1, [e.StreamKey!]),
        Deposited deposited => snapshot with { Sum = snapshot.Sum + deposited.Amount, Deposits = snapshot.Deposits + 1, Accounts = [.. snapshot.Accounts.Append(e.StreamKey!).Distinct().Order()] },
        Closed when snapshot is not null && snapshot.Accounts.Contains(e.StreamKey) =>
            snapshot.Accounts.Count == 1 ? null : snapshot with { Accounts = [.. snapshot.Accounts.Where(a => a != e.StreamKey)] },
        _ => snapshot,
    };
}
