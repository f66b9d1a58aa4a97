using QrPlatform.Keys;
using QrPlatform.PrivacyCompliance.Subjects;
using QrPlatform.ServiceDefaults.Database;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddPlatformDatabase();
builder.AddMigrations("privacy", typeof(SubjectRecords).Assembly);
builder.Services.AddKeyDirectory();
builder.Services.AddSingleton<SubjectRecords>();

var app = builder.Build();
app.UseExceptionHandler();
app.MapDefaultEndpoints();
ResolveSubjects.Map(app);
await app.RunAsync();
