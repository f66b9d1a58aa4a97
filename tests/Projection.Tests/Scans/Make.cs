using QrPlatform.Events;

namespace QrPlatform.Projection.Tests.Scans;

/// <summary>Makes stored events.</summary>
internal static class Make
{
    public static readonly DateTimeOffset Noon = new(2025, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static T Event<T>(string id, TimeSpan after, Func<T, T>? with = null) where T : SessionEvent
    {
        var type = typeof(T);
        SessionEvent made = type switch
        {
            _ when type == typeof(ScanRecorded) => new ScanRecorded { EventId = id, OccurredAt = Noon + after, ReceivedAt = Noon, BatchId = Guid.Empty, QrCodeId = "code" },
            _ when type == typeof(RescanRecorded) => new RescanRecorded { EventId = id, OccurredAt = Noon + after, ReceivedAt = Noon, BatchId = Guid.Empty, QrCodeId = "code" },
            _ when type == typeof(LandingViewed) => new LandingViewed { EventId = id, OccurredAt = Noon + after, ReceivedAt = Noon, BatchId = Guid.Empty, QrCodeId = "code" },
            _ when type == typeof(ConversionRecorded) => new ConversionRecorded { EventId = id, OccurredAt = Noon + after, ReceivedAt = Noon, BatchId = Guid.Empty, QrCodeId = "code", Conversions = ["CONVERSION"] },
            _ when type == typeof(CustomerRecorded) => new CustomerRecorded { EventId = id, OccurredAt = Noon + after, ReceivedAt = Noon, BatchId = Guid.Empty, QrCodeId = "code", Conversions = ["CUSTOMER"] },
            _ when type == typeof(RefundRecorded) => new RefundRecorded { EventId = id, OccurredAt = Noon + after, ReceivedAt = Noon, BatchId = Guid.Empty, QrCodeId = "code" },
            _ => throw new ArgumentException(type.Name),
        };
        return with is null ? (T)made : with((T)made);
    }

    public static TimeSpan Minutes(double minutes) => TimeSpan.FromMinutes(minutes);

    /// <summary>A few visitors' tangled histories: source sessions, visitors without, lone events, bots, tests, several scans.</summary>
    public static List<(string Stream, SessionEvent Event)> History(Random random, int count)
    {
        var made = new List<(string, SessionEvent)>();
        for (var i = 0; i < count; i++)
        {
            var person = random.Next(6);
            var stream = random.Next(10) switch { < 5 => $"s-{random.Next(8)}", < 9 => $"v-{person}", _ => $"e-{i}" };
            var after = Minutes(random.Next(0, 200) * random.Next(1, 30));
            var id = $"{random.Next(1000):D3}-{i}";
            SessionEvent next = random.Next(8) switch
            {
                < 3 => Event<ScanRecorded>(id, after),
                3 => Event<RescanRecorded>(id, after),
                4 => Event<LandingViewed>(id, after),
                5 => Event<ConversionRecorded>(id, after),
                6 => Event<CustomerRecorded>(id, after),
                _ => Event<RefundRecorded>(id, after, e => e with { ReportingRevenue = new Money(-random.Next(1, 900) / 100m, "USD") }),
            };
            next = next with
            {
                Visitor = stream[0] == 'e' ? null : new Guid(person, 0, 0, new byte[8]),
                QrCodeId = $"code-{random.Next(3)}",
                IsBot = random.Next(5) == 0,
                IsTest = random.Next(12) == 0,
                LeadScore = random.Next(3) == 0 ? random.Next(101) : null,
                EngagementSeconds = random.Next(4) == 0 ? random.Next(500) : null,
                Campaign = random.Next(5) == 0 ? null : new Campaign($"camp-{random.Next(3)}", random.Next(2) == 0 ? $"Name {random.Next(3)}" : null, "A", "PRINT", null, null),
                Place = random.Next(2) == 0 ? null : new Place(1.25, -2.5, $"City {random.Next(2)}", null, "US", null),
                Device = random.Next(2) == 0 ? null : new Device("MOBILE", null, "Safari", null),
            };
            made.Add((stream, next));
        }

        return made;
    }
}
