using Monit.ServiceDefaults;
using Monit.ServiceDefaults.KeyRing;
using Monit.Storage;
using Monit.Worker;
using Monit.Worker.Alerting;

return await StartProblem.RunAsync(args, async () =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddServiceDefaults();
    builder.AddMonitRedis();
    builder.AddMonitDatabase();
    builder.Services.AddSchemaWait();
    builder.AddMonitDataProtection();
    builder.AddMonitStorage();
    builder.AddMonitWorker();
    builder.AddAlertsClient();

    var app = builder.BuildValidated();
    app.MapDefaultEndpoints();
    await app.RunAsync();
});
