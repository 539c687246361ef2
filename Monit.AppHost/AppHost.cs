using Microsoft.Extensions.Configuration;
using Monit.AppHost;

var builder = DistributedApplication.CreateBuilder(args);
var target = builder.AddPublishTarget();

// Generated once: kept in the user secrets when running, asked for or generated when publishing.
var jwtSecret = builder.AddKey("jwt-secret");
var alertsKey = builder.AddKey("alerts-key");

// Stores that exist, by their connection strings; Azure's when publishing there; else containers that keep their data.
var redis = builder.AddExisting("redis")
    ?? (target is PublishTarget.Azure ? builder.AddAzureCache("redis") : builder.AddRedisContainer("redis"));
var database = builder.AddExisting("monitdb")
    ?? (target is PublishTarget.Azure ? builder.AddAzureDatabase("monitdb") : builder.AddPostgresContainer("monitdb"));

// The API is all that the world sees. It applies the migrations; the others wait until the schema is there.
var api = builder.AddProject<Projects.Monit_Api>("api")
    .WithReference(redis).WaitFor(redis)
    .WithReference(database).WaitFor(database)
    .WithEnvironment("Auth__Secret", jwtSecret)
    .WithHttpHealthCheck("/health")
    .WithOwnSampling()
    .WithExternalHttpEndpoints()
    .WithPages("REST API", ("OpenAPI document", "/openapi/v1.json"), ("Health", "/health"))
    .WithDemo()
    .WithDeployment(target, maxReplicas: 10);

// Delivers alerts: by the SMTP server of the section Smtp, or into an inbox that only this machine sees.
var alerts = builder.AddProject<Projects.Monit_Alerts>("alerts")
    .WithReference(database).WaitFor(database)
    .WaitFor(api)
    .WithEnvironment("Alerts__Key", alertsKey)
    .WithHttpHealthCheck("/health")
    .WithOwnSampling()
    .WithPages("Alert service", ("Health", "/health"))
    .WithDeployment(target, maxReplicas: 3);
if (builder.Configuration["Smtp:Host"] is { Length: > 0 })
    alerts.WithSmtpSettings();
else if (builder.ExecutionContext.IsRunMode && builder.HasContainers())
    alerts.WithInbox(builder.AddMailpit("mailpit"));

// Checks the monitors; any number of replicas share the schedule in Redis.
builder.AddProject<Projects.Monit_Worker>("worker")
    .WithReference(redis).WaitFor(redis)
    .WithReference(database).WaitFor(database)
    .WithReference(alerts).WaitFor(alerts)
    .WithEnvironment("Alerts__Key", alertsKey)
    .WithHttpHealthCheck("/health")
    .WithOwnSampling()
    .WithPages("Check pipeline", ("Health", "/health"))
    .WithReplicas(builder.Configuration.GetValue("Worker:Replicas", 2))
    .WithDeployment(target, maxReplicas: 10);

builder.Build().Run();
