using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Monit.AppHost;

/// <summary>Finding and running the programs of this machine.</summary>
internal static class LocalProgram
{
    /// <summary>The path of a program: on PATH, or in one of the folders where distributions hide it; null where it is missing.</summary>
    public static string? Find(string name, params IEnumerable<string> folders) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Concat(folders)
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Whether a program ends with 0; false also where it is missing.</summary>
    public static bool Succeeds(string program, params IEnumerable<string> arguments) => Run(program, arguments, "").ExitCode == 0;

    /// <summary>Runs a program to its end.</summary>
    /// <returns>Its exit code, and what it said on standard error; -1 where it is missing or took longer than a minute.</returns>
    public static (int ExitCode, string Error) Run(string program, IEnumerable<string> arguments, string input)
    {
        if (Find(program) is not { } path)
            return (-1, $"{program} is not installed");
        using var process = Process.Start(new ProcessStartInfo(path, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        _ = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        if (process.WaitForExit(TimeSpan.FromMinutes(1)))
            return (process.ExitCode, error.GetAwaiter().GetResult().Trim());
        process.Kill();
        return (-1, $"{program} did not end within a minute");
    }

    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
