using System.Globalization;
using System.Net;
using System.Net.Mail;
using System.Net.Mime;
using System.Text;
using Microsoft.Extensions.Options;

namespace QrPlatform.Alerting.Delivery;

/// <summary>Sends a message by SMTP. What users wrote goes into header and body in forms that cannot become anything else.</summary>
internal sealed class EmailSender(IOptions<AlertingOptions> options)
{
    public async Task<Attempt> SendAsync(DueDelivery delivery, CancellationToken cancellationToken)
    {
        var smtp = options.Value.Smtp;
        if (string.IsNullOrWhiteSpace(smtp.Host) || string.IsNullOrWhiteSpace(smtp.From))
            return new Attempt.NotConfigured("No mail server is configured (Alerting:Smtp:Host and Alerting:Smtp:From).");

        var tls = !string.Equals(smtp.Tls, "false", StringComparison.OrdinalIgnoreCase);
        var port = int.TryParse(smtp.Port, NumberStyles.None, CultureInfo.InvariantCulture, out var stated) ? stated : tls ? 587 : 25;
        using var client = new SmtpClient(smtp.Host, port) { EnableSsl = tls };
        if (!string.IsNullOrEmpty(smtp.User)) client.Credentials = new NetworkCredential(smtp.User, smtp.Password);
        using var mail = Compose(delivery, smtp.From);
        try
        {
            await client.SendMailAsync(mail, cancellationToken);
            return new Attempt.Delivered();
        }
        catch (SmtpException exception) when ((int)exception.StatusCode >= 550)
        {
            return new Attempt.Refused($"The mail server refused it ({(int)exception.StatusCode}).");
        }
        catch (Exception exception) when (exception is SmtpException or IOException or InvalidOperationException)
        {
            return new Attempt.Postponed($"The mail server did not take it ({exception.GetType().Name}: {(exception as SmtpException)?.StatusCode}).");
        }
    }

    private MailMessage Compose(DueDelivery delivery, string from)
    {
        var text = new MessageText(delivery.Message, options.Value.PublicUrl);
        var mail = new MailMessage(from, delivery.Target)
        {
            Subject = text.Subject,
            SubjectEncoding = Encoding.UTF8,
            Body = text.Plain,
            BodyEncoding = Encoding.UTF8,
            BodyTransferEncoding = TransferEncoding.Base64,
        };
        mail.Headers["Message-ID"] = $"<{delivery.Id:N}@alerts.qrplatform>";
        mail.Headers["Auto-Submitted"] = "auto-generated";
        mail.AlternateViews.Add(AlternateView.CreateAlternateViewFromString(text.Html, Encoding.UTF8, MediaTypeNames.Text.Html));
        return mail;
    }
}
