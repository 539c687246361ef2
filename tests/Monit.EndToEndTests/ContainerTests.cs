using System.Text.Json;
using Monit.Core;
using Monit.Testing;

namespace Monit.EndToEndTests;

/// <summary>The settings of the container images. The images themselves need a registry and an engine, and are not built here.</summary>
public sealed class ContainerTests
{
    private static readonly string Root = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Parent!.Parent!.Parent!.Parent!.FullName;

    [Theory]
    [InlineData("Monit.Api", "monit-api")]
    [InlineData("Monit.Worker", "monit-worker")]
    [InlineData("Monit.Alerts", "monit-alerts")]
    [InlineData("Monit.Standalone", "monit-standalone")]
    public void Image_IsChiseled_WithTimeZones_NotRoot_AndVersioned(string project, string repository)
    {
        var image = Evaluate(project);
        var properties = image.GetProperty("Properties");

        Assert.Equal(repository, properties.GetProperty("ContainerRepository").GetString());
        // "Chiseled" has no shell and a user of its own; "extra" brings ICU and the time zones.
        Assert.EndsWith("/dotnet/aspnet:10.0-noble-chiseled-extra", properties.GetProperty("ContainerBaseImage").GetString(), StringComparison.Ordinal);
        Assert.NotEqual("root", properties.GetProperty("ContainerUser").GetString());
        Assert.NotEqual("true", properties.GetProperty("InvariantGlobalization").GetString());
        Assert.Equal($"{Core.Product.Version};latest", properties.GetProperty("ContainerImageTags").GetString());
        Assert.Contains("8080", Names(image, "ContainerPort"));
    }

    [Fact]
    public void Standalone_ListensOutsideOfItsContainer_AndKeepsItsDataInItsUsersHome()
    {
        var variables = Evaluate("Monit.Standalone").GetProperty("Items").GetProperty("ContainerEnvironmentVariable").EnumerateArray()
            .ToDictionary(item => item.GetProperty("Identity").GetString()!, item => item.GetProperty("Value").GetString());

        Assert.Equal("http://+:8080", variables["ASPNETCORE_URLS"]);
        Assert.StartsWith("/home/app/", variables["Standalone__DataDirectory"], StringComparison.Ordinal);
    }

    private static JsonElement Evaluate(string project) => JsonDocument.Parse(Server.Run("dotnet", "msbuild", Path.Combine(Root, project),
        "-t:ComputeContainerBaseImage", "-p:Configuration=Release", "-nologo",
        "-getProperty:ContainerRepository,ContainerBaseImage,ContainerUser,InvariantGlobalization,ContainerImageTags",
        "-getItem:ContainerPort,ContainerEnvironmentVariable")).RootElement;

    private static IEnumerable<string> Names(JsonElement image, string item) =>
        image.GetProperty("Items").GetProperty(item).EnumerateArray().Select(element => element.GetProperty("Identity").GetString()!);
}
