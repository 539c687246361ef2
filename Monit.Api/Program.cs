using Monit.Api;
using Monit.Api.Users;
using Monit.ServiceDefaults;
using Monit.ServiceDefaults.KeyRing;
using Monit.Storage;

return await StartProblem.RunAsync(args, async () =>
{
    // Applies the migrations and exits; the first step of an upgrade.
    if (args is ["migrate", .. var settings])
    {
        await Schema.MigrateAsync(settings);
        return;
    }

    if (args is ["reset-password", .. var account])
    {
        await PasswordReset.RunAsync(account, database => database.AddMonitDatabase());
        return;
    }

    var builder = WebApplication.CreateBuilder(args);
    builder.AddServiceDefaults();
    builder.AddMonitRedis();
    builder.AddMonitDatabase();
    builder.AddMonitStorage();
    builder.Services.AddSchemaWait();
    builder.AddMonitDataProtection();
    builder.AddMonitApi();

    var app = builder.BuildValidated();
    app.MapMonitApi();
    app.MapDefaultEndpoints();
    await app.RunAsync();
});
