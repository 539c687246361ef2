using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Monit.Standalone;

try
{
    using var folder = DataFolder.Open(StandaloneHost.DataDirectory(args));
    using var redis = new EmbeddedRedis(folder.Path);
    await using var app = StandaloneHost.Build(args, folder, redis);
    await app.RunAsync();
    return 0;
}
catch (Exception problem) when (problem is DataFolderException or OptionsValidationException or IOException { InnerException: AddressInUseException })
{
    await Console.Error.WriteLineAsync($"monit: {problem.Message}");
    return 1;
}
