using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Monit.Testing;

/// <summary>A server process in a folder of its own, which ends with the test run, also when that is killed.</summary>
internal sealed class Server : IDisposable
{
    private readonly Process _shell;

    private Server(Process shell) => _shell = shell;

    /// <summary>Runs a command under a shell that kills it as soon as our end of its standard input closes.</summary>
    public static Server Start(string folder, params string[] command)
    {
        var start = new ProcessStartInfo("/bin/sh")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        foreach (var argument in (string[])["-c", "exec 3<&0; \"$@\" </dev/null >>server.log 2>&1 & read x <&3; kill -9 $!", "sh", .. command])
            start.ArgumentList.Add(argument);
        return new Server(Process.Start(start)!);
    }

    public void Dispose()
    {
        _shell.StandardInput.Close();
        _shell.WaitForExit(5000);
        _shell.Dispose();
    }

    /// <summary>Runs a command to its end, and returns what it printed.</summary>
    public static string Run(string file, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{file} exited {process.ExitCode}: {output}{error.Result}");
    }

    /// <summary>The path of a program: on PATH, or in one of the folders where distributions hide it.</summary>
    public static string? Find(string program, params string[] folders) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(folders)
            .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Leaves a test out where its server is missing: skipped on a laptop, failed where CI=true.</summary>
    public static void Missing(string what)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail($"{what} is missing.");
        Assert.Skip($"{what} is missing.");
    }
}
