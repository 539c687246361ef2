using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Monit.Core.Checks;
using Monit.Core.Checks.Assertions;
using Monit.Core.Checks.Settings;
using Monit.Storage.Schedule;
using Monit.Storage.Secrets;
using Monit.Worker.Executor;
using Monit.Worker.Jobs;
using Secret = Monit.Core.Checks.Settings.Secret;

namespace Monit.Tests.Executor;

/// <summary>What is costly to read is read once, within bounds; what is plain is not kept.</summary>
public sealed class DecodedConfigurationsAreKeptTests
{
    private const string Url = "https://example.org/";
    private readonly SecretVault _vault = new(new EphemeralDataProtectionProvider());

    [Fact]
    public void Settings_AreReadOnce_AndHaveTheirSecrets()
    {
        var (reader, id, text) = (Reader(), Guid.CreateVersion7(), Text(Url, "secret-token"));
        var (first, second) = (Read(reader, id, text), Read(reader, id, text));
        Assert.Same(first.Config, second.Config);
        // By these the compiled assertions are found again.
        Assert.Same(first.Config.Settings.Assertions, second.Config.Settings.Assertions);
        Assert.Equal("secret-token", second.Config.Settings.Request!.Auth!.Bearer!.Token);
        Assert.Null(second.Config.SealedSecrets);
        Assert.Equal("got ***", second.Mask.Apply("got secret-token"));
    }

    [Fact]
    public void ChangedText_IsReadAnew_AndTakesThePlace()
    {
        var (reader, id) = (Reader(), Guid.CreateVersion7());
        var before = Read(reader, id, Text(Url, "one-token"));
        var bytes = reader.Bytes;
        var after = Read(reader, id, Text(Url, "two-token"));
        Assert.NotSame(before.Config, after.Config);
        Assert.Equal("two-token", after.Config.Settings.Request!.Auth!.Bearer!.Token);
        Assert.InRange(reader.Bytes, bytes - 200, bytes + 200);
    }

    [Fact]
    public void PlainOnes_AreNotKept()
    {
        var (reader, id) = (Reader(), Guid.CreateVersion7());
        foreach (var format in (int[])[1, 2])
        {
            var job = Read(reader, id, new CheckConfig(1, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(5), 200, null, Url).Encode(format));
            Assert.Equal(Url, job.Config.Url);
            Assert.Same(SecretMask.Nothing, job.Mask);
        }
        Assert.Equal(0, reader.Bytes);
    }

    [Fact]
    public void Memory_IsBounded_AndAFairShareOfManyStays()
    {
        var one = Reader();
        Read(one, Guid.CreateVersion7(), Text(Url, "secret-token"));
        var room = one.Bytes * 150;
        var reader = Reader(room);
        var monitors = Enumerable.Range(0, 200).Select(_ => (Id: Guid.CreateVersion7(), Text: Text(Url, "secret-token"))).ToList();
        var seen = new Dictionary<Guid, CheckConfig>();
        var hits = 0;
        // Round after round, as checks come.
        for (var round = 0; round < 10; round++)
            foreach (var (id, text) in monitors)
            {
                var config = Read(reader, id, text).Config;
                hits += seen.TryGetValue(id, out var known) && ReferenceEquals(known, config) ? 1 : 0;
                seen[id] = config;
                Assert.InRange(reader.Bytes, 1, room);
            }
        // The one that is used longest ago is the one that comes next: to drop that one would find none at all.
        Assert.True(hits > 100, $"{hits} of 1800");
    }

    [Fact]
    public void WithoutRoom_AllIsReadEachTime()
    {
        var (reader, id, text) = (Reader(0), Guid.CreateVersion7(), Text(Url, "secret-token"));
        Assert.NotSame(Read(reader, id, text).Config, Read(reader, id, text).Config);
        Assert.Equal(0, reader.Bytes);
    }

    [Fact]
    public void Trouble_IsNotKept_SoThatItEndsWhenTheKeysAreThere()
    {
        var reader = Reader();
        var job = Read(reader, Guid.CreateVersion7(), Text("https://elsewhere.example/", "secret-token", origin: Url));
        Assert.Equal(SecretTroubles.OtherOrigin, job.Trouble);
        Assert.Equal(Secret.Mask, job.Config.Settings.Request!.Auth!.Bearer!.Token);
        Assert.Equal(0, reader.Bytes);
    }

    [Fact]
    public void Malformed_IsNotRead() => Assert.False(Reader().TryRead(Job(Guid.CreateVersion7(), "1 60000 5000 3 {\"url\":")));

    private ConfigReader Reader(long bytes = 1 << 20) => new(
        _vault, new SecretTroubles(TimeProvider.System, NullLogger<SecretTroubles>.Instance), Options.Create(new ExecutorOptions { DecodedBytes = bytes }));

    private string Text(string url, string token, string? origin = null)
    {
        Assert.True(ShortForm.TryParse("body matches ^ok", out var assertion, out _));
        var given = new CheckSettings { Request = new RequestSettings { Auth = new HttpAuth { Bearer = new BearerAuth(token) } }, Assertions = [assertion] };
        var masked = Secrets.TakeOut(given, new Dictionary<string, string>(), out var secrets, []);
        return (new CheckConfig(1, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(5), 200, null, url)
        {
            Settings = masked, SealedSecrets = _vault.Seal(Secrets.OriginOf(origin ?? url), secrets),
        }).Encode();
    }

    private static CheckJob Read(ConfigReader reader, Guid id, string text)
    {
        var job = Job(id, text);
        Assert.True(reader.TryRead(job));
        return job;
    }

    private static CheckJob Job(Guid id, string text) => new(0, new ClaimedJob(id, 0, default), Encoding.UTF8.GetBytes(text), 1,
        new LeaseClock(TimeProvider.System, 0, TimeProvider.System.GetTimestamp(), TimeSpan.FromMinutes(1)));
}
