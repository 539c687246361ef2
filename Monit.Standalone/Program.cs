using Monit.ServiceDefaults;
using Monit.Standalone;

return await StartProblem.RunAsync(args, async () =>
{
    using var folder = DataFolder.Open(StandaloneHost.DataDirectory(args));
    await StandaloneHost.RunAsync(args, folder);
});
