using QrPlatform.AppHost;

var builder = DistributedApplication.CreateBuilder(args);
builder.ServeDashboard();

var postgres = builder.AddPostgres("postgres", port: builder.Port("QR_POSTGRES_PORT", 15432)).WithDataVolume();
var database = postgres.AddDatabase("qrplatform");
var rabbitmq = builder.AddRabbitMQ("rabbitmq").WithManagementPlugin().WithDataVolume();
var redis = builder.AddRedis("redis").WithDataVolume().WithPersistence();

// What services of one stack call each other with; nobody outside needs it.
var serviceKey = builder.AddParameter("service-key", new GenerateParameterDefault { MinLength = 40, Special = false }, secret: true, persist: true);

// The only way in. It is declared first because the services fetch its signing keys, and started whenever the broker is there:
// its /health tells which part is missing meanwhile.
var gateway = builder.AddProject<Projects.Gateway>("gateway")
    .WithEndpoint("http", endpoint => endpoint.Port = builder.Port("QR_GATEWAY_PORT", 8080))
    .WithExternalHttpEndpoints()
    .WithReference(redis)
    .WithEnvironment("Web__Root", builder.WebDirectory)
    .WithHttpHealthCheck("/health");

var privacyCompliance = Service<Projects.PrivacyCompliance>("privacy-compliance").WithEnvironment("Erasure__LogDirectory", builder.LogDirectory);
var ingestion = Service<Projects.Ingestion>("ingestion");
var enrichment = Service<Projects.Enrichment>("enrichment").WithReference(privacyCompliance);
var projection = Service<Projects.Projection>("projection").WithReference(privacyCompliance);
var reporting = Service<Projects.Reporting>("reporting").WithReference(redis).WaitFor(redis);
var alerting = Service<Projects.Alerting>("alerting").WithReference(reporting).WithReference(privacyCompliance)
    .WithEnvironment("Alerting__PublicUrl", gateway.GetEndpoint("http"));
foreach (var (name, setting) in StackConfiguration.Mail) alerting.WithEnvironment(setting, builder.AddParameter(name, builder.Configuration[$"Parameters:{name}"] ?? "", secret: name == "smtp-password"));

OnPlatform(gateway)
    .WithReference(ingestion)
    .WithReference(enrichment)
    .WithReference(projection)
    .WithReference(alerting)
    .WithReference(privacyCompliance)
    .WithReference(reporting);

builder.Build().Run();

IResourceBuilder<ProjectResource> Service<TProject>(string name) where TProject : IProjectMetadata, new() =>
    OnPlatform(builder.AddProject<TProject>(name))
        .WithReference(gateway)
        .WithHttpHealthCheck("/health");

IResourceBuilder<ProjectResource> OnPlatform(IResourceBuilder<ProjectResource> project) => project
    .WithReference(database).WaitFor(database)
    .WithReference(rabbitmq).WaitFor(rabbitmq)
    .WithEnvironment("Services__Key", serviceKey)
    .WithEnvironment("Keys__Directory", builder.KeyDirectory);
