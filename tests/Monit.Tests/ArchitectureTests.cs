using System.Reflection;
using System.Reflection.Emit;

namespace Monit.Tests;

/// <summary>
/// The walls between projects, and between the folders of a project (a folder is a namespace), drawn from the built
/// assemblies: what signatures, fields, attributes and method bodies refer to. Constants leave no trace there.
/// </summary>
public sealed class ArchitectureTests
{
    private const BindingFlags All =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields()
        .Select(f => (OpCode)f.GetValue(null)!).ToDictionary(code => code.Value);

    // What a project may refer to of ours; itself aside.
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Monit.Core"] = [],
        ["Monit.Storage"] = ["Monit.Core"],
        ["Monit.Probes"] = ["Monit.Core"],
        // Checks without the pipeline and without stores.
        ["Monit.Check"] = ["Monit.Core", "Monit.Probes"],
        ["Monit.ServiceDefaults"] = ["Monit.Core", "Monit.Storage"],
        ["Monit.Alerts.Contract"] = [],
        ["Monit.Api"] = ["Monit.Core", "Monit.Storage", "Monit.Probes", "Monit.ServiceDefaults"],
        ["Monit.Worker"] = ["Monit.Core", "Monit.Storage", "Monit.Probes", "Monit.ServiceDefaults", "Monit.Alerts.Contract"],
        ["Monit.Alerts"] = ["Monit.Core", "Monit.Storage", "Monit.Probes", "Monit.ServiceDefaults", "Monit.Alerts.Contract"],
        ["Monit.Standalone"] = ["Monit.Core", "Monit.Storage", "Monit.ServiceDefaults", "Monit.Api", "Monit.Worker", "Monit.Alerts", "Monit.Alerts.Contract"],
    };

    // Core computes; it has no store, no web server and no socket.
    private static readonly string[] NotInCore =
        ["Microsoft.EntityFrameworkCore", "Npgsql", "StackExchange.Redis", "Microsoft.AspNetCore", "System.Net.Sockets", "System.Net.Http"];

    public static TheoryData<string> Projects => [.. Allowed.Keys];

    [Fact]
    public void Projects_AreAllHere() => Assert.Equal(Allowed.Keys.Order(),
        Directory.GetFiles(AppContext.BaseDirectory, "Monit.*.dll").Select(Path.GetFileNameWithoutExtension).Except(["Monit.Tests"]).Order());

    [Theory, MemberData(nameof(Projects))]
    public void Project_RefersOnlyToWhatItMay(string project)
    {
        var ours = Assembly.Load(project).GetReferencedAssemblies().Select(a => a.Name!).Where(name => name.StartsWith("Monit.", StringComparison.Ordinal));
        Assert.Empty(ours.Except(Allowed[project]));
    }

    [Fact]
    public void Core_HasNoStoreNoWebServerAndNoSocket() => Assert.DoesNotContain(
        Assembly.Load("Monit.Core").GetReferencedAssemblies(),
        name => NotInCore.Any(forbidden => name.Name!.StartsWith(forbidden, StringComparison.Ordinal)));

    [Theory, MemberData(nameof(Projects))]
    public void Folders_HaveNoCycle_AndNoneRefersToTheRootAboveIt(string project)
    {
        // The root composes what lies below it, so it is no place for what the folders share.
        var graph = Assembly.Load(project).GetTypes().Where(type => Folder(type, project) is not null)
            .SelectMany(type => Referenced(type).Select(to => (From: Folder(type, project)!, To: Folder(to, project), Why: $"{type} → {to}")))
            .Where(edge => edge.To is not null && edge.To != edge.From)
            .ToLookup(edge => edge.From, edge => (To: edge.To!, edge.Why));
        var problems = new List<string>();
        foreach (var from in graph.Where(from => from.Key.Length > 0))
            foreach (var (to, why) in from.DistinctBy(edge => edge.To))
                if (to.Length == 0 || Reaches(graph, to, from.Key, []))
                    problems.Add($"{from.Key} → {(to.Length == 0 ? "root" : to)} ({why})");
        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    private static bool Reaches(ILookup<string, (string To, string Why)> graph, string from, string to, HashSet<string> seen) =>
        from == to || (seen.Add(from) && graph[from].Any(edge => Reaches(graph, edge.To, to, seen)));

    // "" is the root; null is code of others, or of the compiler.
    private static string? Folder(Type type, string project) =>
        type.Namespace is { } space && type.Assembly.GetName().Name == project
            ? space == project ? "" : space.StartsWith(project + ".", StringComparison.Ordinal) ? space[(project.Length + 1)..] : null
            : null;

    private static IEnumerable<Type> Referenced(Type type)
    {
        var members = type.GetMembers(All);
        return new[] { type.BaseType }.Concat(type.GetInterfaces()).Concat(Attributes(type))
            .Concat(members.SelectMany(Attributes))
            .Concat(members.OfType<FieldInfo>().Select(field => field.FieldType))
            .Concat(members.OfType<MethodBase>().SelectMany(Signature))
            .Concat(members.OfType<MethodBase>().SelectMany(Body))
            .OfType<Type>().SelectMany(Parts);
    }

    private static IEnumerable<Type> Attributes(MemberInfo member) => member.CustomAttributes.Select(attribute => attribute.AttributeType);

    private static IEnumerable<Type?> Signature(MethodBase method) =>
        method.GetParameters().Select(p => p.ParameterType).Append((method as MethodInfo)?.ReturnType);

    // A list of monitors refers to the list and to the monitor.
    private static IEnumerable<Type> Parts(Type type) =>
        type.HasElementType ? Parts(type.GetElementType()!)
        : type.IsGenericParameter ? type.GetGenericParameterConstraints().Where(c => !c.ContainsGenericParameters)
        : type.GetGenericArguments().Where(a => !a.IsGenericParameter).SelectMany(Parts).Append(type);

    private static IEnumerable<Type?> Body(MethodBase method)
    {
        if (method.GetMethodBody() is not { } body)
            yield break;
        foreach (var local in body.LocalVariables)
            yield return local.LocalType;
        var il = body.GetILAsByteArray()!;
        var (typeArguments, methodArguments) = (method.DeclaringType!.GetGenericArguments(), method.IsGenericMethod ? method.GetGenericArguments() : null);
        for (var at = 0; at < il.Length;)
        {
            var code = Codes[il[at] == 0xFE ? (short)(0xFE00 | il[at + 1]) : il[at]];
            at += code.Size;
            if (code.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok)
            {
                var member = method.Module.ResolveMember(BitConverter.ToInt32(il, at), typeArguments, methodArguments)!;
                yield return member as Type ?? member.DeclaringType;
                if (member is MethodInfo { IsGenericMethod: true } called)
                    foreach (var argument in called.GetGenericArguments())
                        yield return argument;
            }
            at += code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(il, at),
                _ => 4,
            };
        }
    }
}
