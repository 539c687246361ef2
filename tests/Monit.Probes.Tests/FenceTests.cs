using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Text.Json;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.CompilerServices;
using Monit.Core.Checks;
using Monit.Probes.Network.Sockets;
using Monit.Probes.Runs;

namespace Monit.Probes.Tests;

/// <summary>Nothing that may block or take long reaches the thread that serves the sockets of all checks.</summary>
public sealed class FenceTests
{
    private static readonly CheckConfig Config = new(1, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(10), 200, null, "http://example.org/");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void Probe_TakesAndYieldsPlainData()
    {
        var run = typeof(IProbe).GetMethod(nameof(IProbe.RunAsync))!;
        Assert.Equal([typeof(CheckConfig), typeof(bool), typeof(CancellationToken)], run.GetParameters().Select(parameter => parameter.ParameterType));
        Assert.Equal(typeof(ValueTask<Observation>), run.ReturnType);
        Assert.All(Parts(typeof(CheckConfig)).Concat(Parts(typeof(Observation))), part => Assert.True(IsPlain(part), $"{part} is no plain data."));
    }

    [Fact]
    public void Probes_CannotReferToWhatJudges()
    {
        Assert.False(typeof(Judge).IsPublic);
        Assert.DoesNotContain("Monit.Probes", typeof(Judge).Assembly.GetCustomAttributes<InternalsVisibleToAttribute>().Select(friend => friend.AssemblyName));
        using var file = new PEReader(File.OpenRead(typeof(IProbe).Assembly.Location));
        var metadata = file.GetMetadataReader();
        var used = metadata.TypeReferences.Select(metadata.GetTypeReference)
            .Select(type => $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}").ToList();
        Assert.Contains(typeof(Observation).FullName!, used);
        Assert.DoesNotContain(used, name => name.StartsWith("Monit.Core.Incidents.", StringComparison.Ordinal)
            || name == typeof(Judge).FullName || name == typeof(Verdict).FullName);
    }

    [Fact]
    public async Task Judge_OnTheThreadOfTheSockets_IsRefused()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        await using var stream = await EpollStream.ConnectAsync((IPEndPoint)listener.LocalEndPoint!, inline: true, Ct);
        using var peer = await listener.AcceptAsync(Ct);
        var seen = new Observation(null, 200, TimeSpan.FromMilliseconds(20), default);

        var judged = stream.ReadAsync(new byte[1], Ct).AsTask().ContinueWith(
            _ => Record.Exception(() => Judge.Of(Config, seen, default)), Ct, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        peer.Send("a"u8);

        Assert.IsType<InvalidOperationException>(await judged.WaitAsync(TimeSpan.FromSeconds(20), Ct));
        Assert.Null(await Task.Run(() => Record.Exception(() => Judge.Of(Config, seen, default)), Ct));
    }

    private static bool IsPlain(Type type) =>
        type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(TimeSpan) || type == typeof(DateTimeOffset) || type == typeof(Guid)
        || type == typeof(IPAddress) || type == typeof(JsonElement);

    private static readonly Type[] Containers =
        [typeof(IReadOnlyList<>), typeof(IReadOnlyDictionary<,>), typeof(KeyValuePair<,>), typeof(ReadOnlyMemory<>)];

    // What values of a type consist of: the types of its fields, and of theirs.
    private static IEnumerable<Type> Parts(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } value)
            return Parts(value);
        if (type.IsGenericType && Containers.Contains(type.GetGenericTypeDefinition()))
            return type.GetGenericArguments().SelectMany(Parts);
        if (type.Assembly != typeof(CheckConfig).Assembly || type.IsEnum)
            return [type];
        return type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).SelectMany(field => Parts(field.FieldType));
    }
}
