using Microsoft.Extensions.Configuration;
using Monit.AppHost;

try
{
    var builder = DistributedApplication.CreateBuilder(args);
    var target = PublishTarget.Choose(builder);

    // Generated once: kept in the user secrets when running, asked for or generated when publishing.
    var jwtSecret = builder.AddKey("jwt-secret");
    var alertsKey = builder.AddKey("alerts-key");
    var dataProtectionKey = builder.AddKey("data-protection-key");

    // Stores that exist, by their connection strings; those of the publish target; else containers, or local processes.
    var redis = builder.AddRedisStore("redis", target);
    var database = builder.AddDatabaseStore("monitdb", target);

    // Applies the migrations and ends; the services wait for it.
    var migrations = builder.AddMigrations("migrations", database, target);

    // The API is all that the world sees.
    var api = builder.AddProject<Projects.Monit_Api>("api")
        .WithStore(redis).WithStore(database).WaitForCompletion(migrations)
        .WithEnvironment("Auth__Secret", jwtSecret)
        .WithEnvironment("DataProtection__Key", dataProtectionKey)
        .WithExternalHttpEndpoints()
        .WithServiceDefaults(("API reference", "/docs"), ("OpenAPI document", "/openapi/v1.json"))
        .WithAddressConfirmation()
        .WithDemo()
        .WithDeployment(target, maxReplicas: 10);

    // Delivers alerts: by the SMTP server of the section Smtp, or into an inbox that only this machine sees.
    var alerts = builder.AddProject<Projects.Monit_Alerts>("alerts")
        .WithStore(database).WaitForCompletion(migrations)
        .WithEnvironment("Alerts__Key", alertsKey)
        .WithEnvironment("DataProtection__Key", dataProtectionKey)
        .WithServiceDefaults()
        .WithMailServer()
        .WithAddressConfirmation()
        .WithDeployment(target, maxReplicas: 3);

    // Checks the monitors; any number of replicas share the schedule in Redis.
    var worker = builder.AddProject<Projects.Monit_Worker>("worker")
        .WithStore(redis).WithStore(database).WaitForCompletion(migrations)
        .WithReference(alerts)
        .WithEnvironment("Alerts__Key", alertsKey)
        .WithEnvironment("DataProtection__Key", dataProtectionKey)
        .WithServiceDefaults()
        .WithReplicas(builder.Configuration.GetValue("Worker:Replicas", 2))
        .WithDeployment(target, maxReplicas: 10);

    builder.StopBeforeStores(worker, alerts, api);
    builder.RequireFreePorts();
    builder.Build().Run();
    return 0;
}
catch (CannotStartException problem)
{
    await Console.Error.WriteLineAsync($"monit: {problem.Message}");
    return 1;
}
