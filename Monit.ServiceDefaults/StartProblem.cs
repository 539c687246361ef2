using System.Data.Common;
using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Monit.Core;
using Monit.Storage.Schedule;

namespace Monit.ServiceDefaults;

/// <summary>What keeps a service from starting and is the user's to mend: a wrong setting, a port or a folder in use.</summary>
public static partial class StartProblem
{
    private const string OtherAddress = "Choose another address with ASPNETCORE_URLS, such as http://127.0.0.1:8081.";

    /// <summary>
    /// Runs a service's program: <c>--version</c> prints the version and ends; a problem of the start that the user can mend
    /// goes to standard error, a line each, without a stack trace.
    /// </summary>
    /// <returns>The exit code: 0, or 1 where the start failed so.</returns>
    public static async Task<int> RunAsync(string[] args, Func<Task> run)
    {
        // What is written is the same wherever it runs.
        CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
        if (args is ["--version"])
        {
            Console.WriteLine($"Monit {Product.Version}");
            return 0;
        }
        try
        {
            await run();
            return 0;
        }
        catch (OperationCanceledException)
        {
            // Stopped while it was still waiting for a store.
            return 0;
        }
        catch (Exception failure) when (Lines(failure) is { Count: > 0 } lines)
        {
            foreach (var line in lines)
                await Console.Error.WriteLineAsync($"monit: {line}");
            return 1;
        }
    }

    /// <summary>Builds the application, and refuses wrong settings, all of them at once, before anything connects to a store.</summary>
    /// <exception cref="OptionsValidationException">A setting is out of its range.</exception>
    public static WebApplication BuildValidated(this WebApplicationBuilder builder)
    {
        var app = builder.Build();
        app.Services.GetRequiredService<IStartupValidator>().Validate();
        return app;
    }

    /// <returns>A line for each problem; none if it is nothing that the user could mend.</returns>
    private static IReadOnlyList<string> Lines(Exception failure) => failure switch
    {
        StartException => [failure.Message],
        DbException => [$"The database refuses: {failure.Message}"],
        OptionsValidationException invalid => [.. invalid.Failures.Distinct()],
        AggregateException several when several.InnerExceptions.All(inner => inner is OptionsValidationException) =>
            [.. several.InnerExceptions.SelectMany(Lines).Distinct()],
        IOException { InnerException: AddressInUseException } => [$"{failure.Message} {OtherAddress}"],
        SocketException { SocketErrorCode: SocketError.AccessDenied or SocketError.AddressNotAvailable } =>
            [$"Monit cannot listen on its address: {failure.Message}. {OtherAddress}"],
        FormatException when failure.Message.StartsWith("Invalid url", StringComparison.Ordinal) => [$"{failure.Message}. {OtherAddress}"],
        InvalidOperationException when failure.Message.StartsWith("Unable to configure HTTPS", StringComparison.Ordinal) =>
            [$"{failure.Message.Split('\n')[0].Trim()} {OtherAddress}"],
        InvalidOperationException when Unreadable().Match(failure.Message) is { Success: true } match =>
            [$"{match.Groups["key"]} cannot be '{match.Groups["value"]}'{Expected(match.Groups["type"].Value)}."],
        InvalidOperationException when SettingFirst().IsMatch(failure.Message) => [failure.Message],
        _ => [],
    };

    private static string Expected(string type) => type switch
    {
        "System.Int32" => ": it must be a whole number",
        "System.Boolean" => ": it must be true or false",
        "System.TimeSpan" => ": it must be a duration, such as 00:00:05",
        _ when AppDomain.CurrentDomain.GetAssemblies().Select(a => a.GetType(type)).FirstOrDefault(t => t is { IsEnum: true }) is { } choice =>
            $": it must be one of {string.Join(", ", Enum.GetNames(choice))}",
        _ => "",
    };

    [GeneratedRegex(@"^Failed to convert configuration value '(?<value>.*)' at '(?<key>[^']+)' to type '(?<type>[^']+)'\.$", RegexOptions.Singleline)]
    private static partial Regex Unreadable();

    // Scheduling:Shards is 2, but …
    [GeneratedRegex("^[A-Z][A-Za-z]+:[A-Z][A-Za-z]+ ")]
    private static partial Regex SettingFirst();
}
