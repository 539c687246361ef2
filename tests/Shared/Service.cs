namespace Monit.Testing;

/// <summary>One of Monit's services as it ships, a process of its own.</summary>
internal static class Service
{
    /// <param name="name">Its project: Monit.Worker. It must have been built in this program's configuration.</param>
    /// <param name="folder">Where it runs, and where its log lies.</param>
    public static Server Start(string name, string folder, IEnumerable<KeyValuePair<string, string>> settings, params string[] launcher)
    {
        var bin = new DirectoryInfo(AppContext.BaseDirectory);
        var (framework, configuration, root) = (bin.Name, bin.Parent!.Name, bin.Parent.Parent!.Parent!.Parent!.Parent!.FullName);
        var program = Path.Combine(root, name, "bin", configuration, framework, $"{name}.dll");
        if (!File.Exists(program))
            throw new FileNotFoundException($"{name} is not built: dotnet build -c {configuration} {name}", program);
        Directory.CreateDirectory(folder);
        return Server.Start(folder, [.. launcher, "dotnet", program], settings);
    }
}
