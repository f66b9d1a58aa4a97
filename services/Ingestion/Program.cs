using QrPlatform.Ingestion;
using QrPlatform.Ingestion.Ledger;
using QrPlatform.Ingestion.Quarantine;
using QrPlatform.Ingestion.Receiving;
using QrPlatform.Keys;
using QrPlatform.ServiceDefaults.Database;
using QrPlatform.ServiceDefaults.Security;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddPlatformDatabase();
builder.AddMigrations("ingestion", typeof(Program).Assembly);
builder.AddPlatformAuthentication();
builder.AddIngestionMessaging();
builder.Services.AddKeyDirectory();
builder.AddDoor();

var app = builder.Build();
app.UseExceptionHandler();
app.UseStatusCodePages();
app.UseAuthentication();
app.UseAuthorization();
app.MapDefaultEndpoints();
ReceiveEvents.Map(app);
GetLedger.Map(app);
GetQuarantine.Map(app);
await app.RunAsync();
