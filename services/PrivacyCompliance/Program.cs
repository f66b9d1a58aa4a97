using Marten;
using QrPlatform.Keys;
using QrPlatform.PrivacyCompliance.Audit;
using QrPlatform.PrivacyCompliance.Erasure;
using QrPlatform.PrivacyCompliance.Subjects;
using QrPlatform.ServiceDefaults.Database;
using QrPlatform.ServiceDefaults.Security;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddPlatformDatabase();
builder.AddMigrations(PrivacyStore.Schema, typeof(SubjectRecords).Assembly);
builder.AddPlatformAuthentication();
builder.Services.AddKeyDirectory();
builder.Services.AddSingleton<PersonHashes>();
builder.Services.AddSingleton<SubjectRecords>();

// Before the worker and the bus: they need the store's tables.
builder.Services.AddMarten(PrivacyStore.Configure).UseLightweightSessions().UseNpgsqlDataSource().ApplyAllDatabaseChangesOnStartup();
builder.AddErasure();

var app = builder.Build();
app.UseExceptionHandler();
app.UseStatusCodePages();
app.UseAuthentication();
app.UseAuthorization();
app.MapDefaultEndpoints();
ResolveSubjects.Map(app);
ErasureRequests.Map(app);
GetAudit.Map(app);
TakeEntries.Map(app);
await app.RunAsync();
