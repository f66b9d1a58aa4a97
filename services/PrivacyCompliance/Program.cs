using QrPlatform.ServiceDefaults.Database;
using QrPlatform.ServiceDefaults.Messaging;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddPlatformDatabase();
builder.AddPlatformMessaging();

var app = builder.Build();
app.UseExceptionHandler();
app.MapDefaultEndpoints();
await app.RunAsync();
