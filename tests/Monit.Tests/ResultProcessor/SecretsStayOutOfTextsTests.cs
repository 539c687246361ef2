using Monit.Core.Checks;
using Monit.Core.Checks.Settings;

namespace Monit.Tests.ResultProcessor;

/// <summary>Whatever turns a configuration or a detail into text has no secret in it.</summary>
public sealed class SecretsStayOutOfTextsTests
{
    private static readonly CheckSettings Settings = new()
    {
        Request = new RequestSettings
        {
            Method = "POST", Headers = new Dictionary<string, string> { ["Authorization"] = "hidden-one", ["Accept"] = "text/html" },
            Auth = new HttpAuth { Basic = new BasicAuth("user", "hidden-two"), Bearer = new BearerAuth("hidden-three") },
        },
        Tls = new TlsSettings { ClientKey = "hidden-four" },
    };

    private static readonly CheckConfig Config = new(
        7, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(5), 200, null, "https://example.org/?key=hidden-five") { Settings = Settings, SealedSecrets = "hidden-six" };

    [Fact]
    public void Texts_HaveNone() => Assert.All(
        [$"{Config}", $"{Settings}", $"{Settings.Request}", $"{Settings.Request!.Auth}", $"{Settings.Request.Auth!.Basic}", $"{Settings.Request.Auth.Bearer}", $"{Settings.Tls}"],
        text => Assert.DoesNotContain("hidden", text, StringComparison.Ordinal));

    [Fact]
    public void Text_OfAConfiguration_SaysWhichItIs() => Assert.Contains("Version = 7", $"{Config}", StringComparison.Ordinal);

    [Theory]
    [InlineData("got hidden-one", "got ***")]
    [InlineData("got hidden-o…", "got ***…")]
    [InlineData("got \"HIDDEN-\u2026\", and hidd… twice", "got \"***…\", and ***… twice")]
    // Too short to be told from chance.
    [InlineData("got hid…", "got hid…")]
    [InlineData("… hidden-two…", "… ***…")]
    [InlineData("nothing", "nothing")]
    public void Mask_HidesWhole_AndCutOnes(string text, string expected) => Assert.Equal(expected, SecretMask.Of(Settings).Apply(text));
}
