using Monit.ServiceDefaults;
using Monit.Standalone;

return await StartProblem.RunAsync(args, async () =>
{
    if (args is ["reset-password", .. var account])
    {
        await StandaloneHost.ResetPasswordAsync(account);
        return;
    }

    using var folder = DataFolder.Open(StandaloneHost.DataDirectory(args));
    await StandaloneHost.RunAsync(args, folder);
});
