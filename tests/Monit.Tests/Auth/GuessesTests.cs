using System.Net;
using Microsoft.Extensions.Time.Testing;
using Monit.Api.Auth;
using Monit.Api.Http;

namespace Monit.Tests.Auth;

public sealed class GuessesTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly Guesses _guesses;

    public GuessesTests() => _guesses = new Guesses(_clock);

    [Fact]
    public void Pauses_Grow_UpToTheLongest_AndEndWithTime()
    {
        Fail(Guesses.Free);
        var pauses = new List<double>();
        for (var i = 0; i < 10; i++)
        {
            var wait = _guesses.Refuse("a", "fresh")!.Value;
            pauses.Add(wait.TotalSeconds);
            // Who failed waits twice as long.
            Assert.Equal(wait * 2, _guesses.Refuse("a", "x"));
            _clock.Advance(wait * 2);
            Assert.Null(_guesses.Refuse("a", "x"));
            _guesses.Failed("a", "x");
        }
        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60, 60, 60], pauses);
        _clock.Advance(TimeSpan.FromHours(1));
        Fail(Guesses.Free);
    }

    [Fact]
    public void Refusals_AreNotCounted_SoHammeringPutsNothingOff()
    {
        Fail(Guesses.Free + 3);
        var wait = _guesses.Refuse("a", "fresh");
        for (var i = 0; i < 1000; i++)
            Assert.NotNull(_guesses.Refuse("a", "x"));
        Assert.Equal(wait, _guesses.Refuse("a", "fresh"));
    }

    [Fact]
    public void OneGuessAtATime_WhereTheyMustLieApart()
    {
        Fail(Guesses.Free);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(_guesses.Refuse("a", "y"));
        Assert.NotNull(_guesses.Refuse("a", "z"));
    }

    [Fact]
    public void OtherAccounts_AreNotConcerned()
    {
        Fail(Guesses.Free);
        Assert.Null(_guesses.Refuse("b", "x"));
    }

    [Fact]
    public void Memory_IsBounded_AndKeepsWhoLogsIn()
    {
        _guesses.Succeeded("owner", "home");
        for (var i = 0; i < Guesses.MaxAccounts * 2; i++)
            _guesses.Failed($"made up {i}", "x");
        Assert.InRange(_guesses.Count, 1, Guesses.MaxAccounts);
        for (var i = 0; i < 2 * Guesses.Free; i++)
            _guesses.Failed("owner", $"attacker {i}");
        Assert.NotNull(_guesses.Refuse("owner", "elsewhere"));
        Assert.Null(_guesses.Refuse("owner", "home"));
    }

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("::ffff:203.0.113.7", "203.0.113.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:2::", "2001:db8:1:2::/64")]
    [InlineData("fe80::1%3", "fe80::/64")]
    public void Client_IsAnAddressOrANetworkOfIPv6(string address, string network) => Assert.Equal(network, ClientNetwork.Of(IPAddress.Parse(address)));

    private void Fail(int times)
    {
        for (var i = 0; i < times; i++)
        {
            if (i < Guesses.Free)
                Assert.Null(_guesses.Refuse("a", "x"));
            _guesses.Failed("a", "x");
        }
    }
}
