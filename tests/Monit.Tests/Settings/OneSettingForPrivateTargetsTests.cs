using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Monit.Core.Options;
using Monit.Probes;
using Monit.Probes.Network;

namespace Monit.Tests.Settings;

/// <summary>One setting says, for all services, whether private addresses may be connected to; its old name is still read.</summary>
public sealed class OneSettingForPrivateTargetsTests
{
    [Theory]
    [InlineData("Production", null, null, false)]
    [InlineData("Development", null, null, true)]
    [InlineData("Production", null, "true", true)]
    [InlineData("Development", null, "false", false)]
    [InlineData("Production", "true", null, true)]
    [InlineData("Development", "false", null, false)]
    [InlineData("Production", "false", "true", false)]
    [InlineData("Production", "true", "false", true)]
    public void NewName_WinsOverTheOld_WhichIsWarnedOf(string environment, string? current, string? old, bool allowed)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = environment });
        foreach (var (name, value) in ((string, string?)[])[("Network:AllowPrivateTargets", current), ("Executor:AllowPrivateTargets", old)])
            if (value is not null)
                builder.Configuration[name] = value;
        using var log = new WarningLog();
        builder.Logging.ClearProviders().AddProvider(log);
        builder.AddMonitProbes();
        builder.AddNetworkOptions();
        using var services = builder.Services.BuildServiceProvider();

        Assert.Equal(allowed, services.GetRequiredService<IOptions<NetworkOptions>>().Value.AllowPrivateTargets);
        Assert.Equal(allowed, services.GetRequiredService<TargetGuard>().Allows(IPAddress.Loopback));
        Assert.False(services.GetRequiredService<TargetGuard>().Allows(IPAddress.Parse("169.254.169.254")));
        Assert.Equal(old is null ? 0 : 1, log.Lines.Count(line => line.Contains("Network:AllowPrivateTargets", StringComparison.Ordinal)));
    }

    private sealed class WarningLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                Lines.Enqueue(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}
