using Microsoft.Extensions.Configuration;

var builder = DistributedApplication.CreateBuilder(args);

// Tests say which servers they need: each takes seconds.
var servers = (builder.Configuration["servers"] ?? "").Split(',');
var redisPort = builder.Configuration.GetValue<int?>("redis-port");

var service = builder.AddProject<Projects.SampleService>("service").WithHttpHealthCheck("/health");
if (servers.Contains("postgres"))
{
    var database = builder.AddPostgres("postgres").AddDatabase("samples");
    service.WithReference(database).WaitFor(database);
}

if (servers.Contains("rabbitmq"))
{
    var rabbitmq = builder.AddRabbitMQ("rabbitmq").WithManagementPlugin();
    service.WithReference(rabbitmq).WaitFor(rabbitmq);
}

if (servers.Contains("redis"))
{
    var redis = builder.AddRedis("redis", redisPort);
    service.WithReference(redis).WaitFor(redis);
}

builder.Build().Run();
