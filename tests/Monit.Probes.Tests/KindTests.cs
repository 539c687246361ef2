using System.Runtime.CompilerServices;
using System.Text.Json;
using Monit.Core.Checks;
using Monit.Core.Checks.Assertions;
using Monit.Core.Checks.Settings;
using Monit.Core.Checks.Kinds;
using Monit.Core.Validation;
using Monit.Probes.Runs;

namespace Monit.Probes.Tests;

/// <summary>The kinds of checks, and what carries them out.</summary>
public sealed class KindTests
{
    [Theory]
    [InlineData("http://example.org/", "http")]
    [InlineData("HTTPS://example.org/", "http")]
    [InlineData(" https://example.org/", "http")]
    [InlineData("ftp://example.org/", null)]
    [InlineData("example.org", null)]
    [InlineData(":", null)]
    [InlineData("", null)]
    public void Kind_FollowsFromTheScheme(string url, string? name) => Assert.Equal(name, CheckKinds.Of(url)?.Name);

    [Fact]
    public void Scheme_BelongsToOneKind()
    {
        var schemes = CheckKinds.All.SelectMany(kind => kind.Schemes).ToList();
        Assert.Equal(schemes.Distinct(), schemes);
        Assert.Equal(schemes.Select(scheme => scheme.ToLowerInvariant()), schemes);
    }

    [Fact]
    public void Reason_IsOfEveryKindOrOfSome()
    {
        var own = CheckKinds.All.SelectMany(kind => kind.Reasons).Distinct();
        Assert.Equal(Enum.GetValues<FailureReason>().Order(), FailureReasons.OfEveryKind.Concat(own).Order());
    }

    [Fact]
    public void Reason_IsInTheDecisionsTable()
    {
        var document = File.ReadAllText(Path.Combine(Path.GetDirectoryName(Here())!, "../../docs/data-flow.md"));
        Assert.All(Enum.GetValues<FailureReason>(), reason => Assert.Contains($"`{reason.ToWire()}`", document, StringComparison.Ordinal));

        static string Here([CallerFilePath] string here = "") => here;
    }

    [Fact]
    public void Reason_IsStoredByItsName() => Assert.All(Enum.GetValues<FailureReason>(), reason =>
    {
        var name = JsonNamingPolicy.SnakeCaseUpper.ConvertName(reason.ToString());
        Assert.True(FailureReasons.FromWire(name) == reason, $"FailureReasons.Names lacks {name}, or has another order than FailureReason.");
        Assert.Equal(name, reason.ToWire());
    });

    [Theory]
    [InlineData("https://example.org:8443/a?b=c", true)]
    [InlineData("http://[::1]/", true)]
    [InlineData("http://", false)]
    [InlineData("http://user@example.org/", false)]
    [InlineData("http://exa mple.org/", false)]
    [InlineData(" http://example.org/", false)]
    [InlineData("http://example.org/\0", false)]
    [InlineData("/relative", false)]
    public void Http_ValidatesItsUrl(string url, bool valid)
    {
        var errors = new List<FieldError>();
        CheckKinds.All.Single(kind => kind.Name == "http").Validate(url, CheckSettings.None, errors);
        Assert.Equal(valid ? [] : ["url"], errors.Select(error => error.Field));
    }

    [Fact]
    public void Http_RefusesALongUrl()
    {
        var errors = new List<FieldError>();
        CheckKinds.Of("http://x/")!.Validate("http://x/" + new string('a', 2048 - 9), CheckSettings.None, errors);
        Assert.Empty(errors);
        CheckKinds.Of("http://x/")!.Validate("http://x/" + new string('a', 2048 - 8), CheckSettings.None, errors);
        Assert.Single(errors);
    }

    [Theory]
    [InlineData("one:x", "one")]
    [InlineData("TWO://x", "two")]
    [InlineData("three:x", null)]
    [InlineData("one", null)]
    [InlineData("", null)]
    public async Task Probe_IsChosenByTheScheme(string url, string? probe)
    {
        var registry = new ProbeRegistry([new Named("one"), new Named("two")]);
        var seen = await registry.RunAsync(new CheckConfig(1, default, default, 200, null, url), false, TestContext.Current.CancellationToken);
        Assert.Equal(probe is null ? new Failure(FailureReason.InvalidRequest, FailureKind.Terminal) : null, seen.Failure);
        Assert.Equal(probe?.Length, seen.HttpStatus);
    }

    private sealed class Named(string scheme) : IProbe, ICheckKind
    {
        public ICheckKind Kind => this;
        public string Name => scheme;
        public IReadOnlyList<string> Schemes => [scheme];
        public IReadOnlyList<FailureReason> Reasons => [];

        public IReadOnlyList<AssertionSource> Sources => [];

        public void Validate(string url, CheckSettings settings, ICollection<FieldError> errors) => throw new NotSupportedException();

        public ValueTask<Observation> RunAsync(CheckConfig spec, bool withAnswer, CancellationToken abort) => new(new Observation(null, scheme.Length, default, default));
    }
}
