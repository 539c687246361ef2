namespace Monit.Testing;

/// <summary>One of Monit's services, a process of its own.</summary>
internal static class Service
{
    private static readonly DirectoryInfo Bin = new(AppContext.BaseDirectory);
    /// <summary>This checkout.</summary>
    public static readonly string Root = Bin.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;

    /// <param name="name">Its project: Monit.Worker. It must have been built in this program's configuration.</param>
    /// <param name="folder">Where it runs, and where its log lies.</param>
    public static Server Start(string name, string folder, IEnumerable<KeyValuePair<string, string>> settings, params string[] arguments) =>
        Start(name, folder, settings, [], arguments);

    /// <param name="launcher">A command that ends in running the service.</param>
    /// <param name="root">The checkout whose build is run; null: this one.</param>
    public static Server Start(
        string name, string folder, IEnumerable<KeyValuePair<string, string>> settings, string[] launcher, string[] arguments, string? root = null)
    {
        var (framework, configuration) = (Bin.Name, Bin.Parent!.Name);
        return Start(Path.Combine(root ?? Root, name, "bin", configuration, framework, $"{name}.dll"), $"dotnet build -c {configuration} {name}", folder, settings, launcher, arguments);
    }

    /// <summary>The same, compiled ahead of time: as <c>./monit bench</c> last published it.</summary>
    public static Server StartPublished(string name, string folder, IEnumerable<KeyValuePair<string, string>> settings, params string[] launcher) =>
        Start(Path.Combine(Root, name, "bin", "run", $"{name}.dll"), "./monit bench", folder, settings, launcher, []);

    private static Server Start(
        string program, string builder, string folder, IEnumerable<KeyValuePair<string, string>> settings, string[] launcher, string[] arguments)
    {
        if (!File.Exists(program))
            throw new FileNotFoundException($"{program} is missing: {builder} makes it", program);
        Directory.CreateDirectory(folder);
        return Server.Start(folder, [.. launcher, "dotnet", program, .. arguments], settings);
    }
}
