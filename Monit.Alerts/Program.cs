using Monit.Alerts;
using Monit.ServiceDefaults;
using Monit.ServiceDefaults.KeyRing;

return await StartProblem.RunAsync(args, async () =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddServiceDefaults();
    builder.AddMonitDatabase();
    builder.Services.AddSchemaWait();
    builder.AddMonitDataProtection();
    builder.AddMonitAlerts();

    var app = builder.BuildValidated();
    app.MapDefaultEndpoints();
    app.MapMonitAlerts();
    await app.RunAsync();
});
