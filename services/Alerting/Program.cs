using QrPlatform.Alerting;

await using var app = AlertingApplication.Build(new WebApplicationOptions { Args = args });
await app.RunAsync();
