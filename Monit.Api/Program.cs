using Monit.Api;
using Monit.Core;
using Monit.ServiceDefaults;

return await StartProblem.RunAsync(args, async () =>
{
    // Brings the database up to date, and ends: what an upgrade does first.
    if (args is ["migrate", .. var settings])
    {
        await Schema.MigrateAsync(settings);
        return;
    }

    var builder = WebApplication.CreateBuilder(args);
    builder.AddServiceDefaults();
    builder.AddMonitRedis();
    builder.AddMonitDatabase();
    builder.AddMonitCore();
    builder.Services.AddSchemaWait();
    builder.AddMonitApi();

    var app = builder.Build();
    app.MapMonitApi();
    app.MapDefaultEndpoints();
    await app.RunAsync();
});
