using Monit.Standalone;

try
{
    using var folder = DataFolder.Open(StandaloneHost.DataDirectory(args));
    using var redis = new EmbeddedRedis(folder.Path);
    await using var app = StandaloneHost.Build(args, folder, redis);
    await StandaloneHost.StartAsync(app);
    await app.WaitForShutdownAsync();
    return 0;
}
catch (Exception failure) when (StartProblem.Lines(failure) is { Count: > 0 } lines)
{
    foreach (var line in lines)
        await Console.Error.WriteLineAsync($"monit: {line}");
    return 1;
}
