using QrPlatform.Reporting;

await using var app = ReportingApplication.Build(new WebApplicationOptions { Args = args });
await app.RunAsync();
