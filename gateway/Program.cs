using QrPlatform.Gateway;

var app = GatewayApplication.TryBuild(new WebApplicationOptions { Args = args }, Console.Error);
if (app is null) return 1;

await app.RunAsync();
return 0;
