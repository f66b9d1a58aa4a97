using JasperFx.Events;
using Marten.Events.Aggregation;

namespace QrPlatform.Marten.Tests;

public sealed record Opened(string Owner);

public sealed record Deposited(decimal Amount, Currency Currency = Currency.Euro);

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
