namespace QrPlatform.Alerting;

/// <summary>Settings of the service, section <c>Alerting</c>.</summary>
public sealed class AlertingOptions
{
    /// <summary>Where people reach the platform; links in messages begin with it.</summary>
    public string PublicUrl { get; set; } = "http://localhost:8080";

    /// <summary>Pause between two looks for intervals that are due.</summary>
    public TimeSpan EvaluateEvery { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long after its end an interval is waited for, for events that come a little late.</summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Intervals of a rule that are caught up after a time without evaluation; older ones are left out. Also how far back a rule may begin.</summary>
    public int MostIntervalsBehind { get; set; } = 1_000;

    /// <summary>Delivery of messages.</summary>
    public DeliveryOptions Delivery { get; set; } = new();

    /// <summary>The mail server; without a host, mails are reported as not configured.</summary>
    public SmtpOptions Smtp { get; set; } = new();
}

/// <summary>How messages are tried again.</summary>
public sealed class DeliveryOptions
{
    /// <summary>Pause between two looks for messages that are due.</summary>
    public TimeSpan Every { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Tries before a message is parked as failed.</summary>
    public int MostAttempts { get; set; } = 12;

    /// <summary>Pause after the first try; it doubles with each, with a fifth of jitter.</summary>
    public TimeSpan FirstPause { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest pause.</summary>
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromHours(4);

    /// <summary>How long one try may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Where webhooks may go: <c>public</c> addresses, also <c>loopback</c>, or <c>any</c> (private networks too). Unset: <c>loopback</c> in Development, else <c>public</c>.</summary>
    public string? WebhookAddresses { get; set; }
}

/// <summary>The mail server.</summary>
public sealed class SmtpOptions
{
    /// <summary>Its name; empty for none.</summary>
    public string? Host { get; set; }

    /// <summary>Its port; unset: 587 with TLS, else 25.</summary>
    public string? Port { get; set; }

    /// <summary>Sender's address.</summary>
    public string? From { get; set; }

    /// <summary>Whether to ask for STARTTLS; unset: yes.</summary>
    public string? Tls { get; set; }

    /// <summary>User, where the server asks for one.</summary>
    public string? User { get; set; }

    /// <summary>The user's password.</summary>
    public string? Password { get; set; }
}
