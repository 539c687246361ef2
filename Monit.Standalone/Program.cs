using Monit.Standalone;

try
{
    using var folder = DataFolder.Open(StandaloneHost.DataDirectory(args));
    using var redis = new EmbeddedRedis(folder.Path);
    await using var app = StandaloneHost.Build(args, folder, redis);
    await app.RunAsync();
    return 0;
}
catch (DataFolderException problem)
{
    await Console.Error.WriteLineAsync($"monit: {problem.Message}");
    return 1;
}
