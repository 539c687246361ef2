using Microsoft.Extensions.Configuration;

var builder = DistributedApplication.CreateBuilder(args);

var jwtSecret = builder.AddParameter("jwt-secret", new GenerateParameterDefault { MinLength = 48, Special = false }, secret: true, persist: true);
var alertsKey = builder.AddParameter("alerts-key", new GenerateParameterDefault { MinLength = 48, Special = false }, secret: true, persist: true);

// Stores that exist already, by their connection strings; else containers that keep their data.
IResourceBuilder<IResourceWithConnectionString> redis = builder.Configuration.GetConnectionString("redis") is { Length: > 0 }
    ? builder.AddConnectionString("redis")
    : builder.AddRedis("redis").WithLifetime(ContainerLifetime.Persistent).WithDataVolume()
        .WithArgs("--appendonly", "yes", "--maxmemory-policy", "noeviction");
IResourceBuilder<IResourceWithConnectionString> database = builder.Configuration.GetConnectionString("monitdb") is { Length: > 0 }
    ? builder.AddConnectionString("monitdb")
    : builder.AddPostgres("postgres").WithLifetime(ContainerLifetime.Persistent).WithDataVolume().AddDatabase("monitdb");

builder.AddProject<Projects.Monit_Api>("api")
    .WithReference(redis).WaitFor(redis)
    .WithReference(database).WaitFor(database)
    .WithEnvironment("Auth__Secret", jwtSecret)
    .WithHttpHealthCheck("/health")
    .WithExternalHttpEndpoints();

var alerts = builder.AddProject<Projects.Monit_Alerts>("alerts")
    .WithReference(database).WaitFor(database)
    .WithEnvironment("Alerts__Key", alertsKey)
    .WithHttpHealthCheck("/health");
foreach (var setting in builder.Configuration.GetSection("Smtp").GetChildren())
    alerts.WithEnvironment($"Smtp__{setting.Key}", setting.Value);

builder.AddProject<Projects.Monit_Worker>("worker")
    .WithReference(redis).WaitFor(redis)
    .WithReference(database).WaitFor(database)
    .WithReference(alerts)
    .WithEnvironment("Alerts__Key", alertsKey)
    .WithHttpHealthCheck("/health")
    .WithReplicas(builder.Configuration.GetValue("Worker:Replicas", 2));

builder.Build().Run();
