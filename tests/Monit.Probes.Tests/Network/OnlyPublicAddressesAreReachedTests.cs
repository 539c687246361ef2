using System.Net;
using Monit.Probes.Network;

namespace Monit.Probes.Tests.Network;

/// <summary>What the guard lets through, by the registries of IANA.</summary>
public sealed class OnlyPublicAddressesAreReachedTests
{
    private static readonly TargetGuard Strict = new(allowPrivate: false);
    private static readonly TargetGuard Lenient = new(allowPrivate: true);

    private static readonly string[] Private =
    [
        "0.0.0.0", "0.0.0.1", "0.255.255.255", "10.0.0.0", "10.1.2.3", "10.255.255.255", "100.64.0.0", "100.64.0.1", "100.127.255.255", "127.0.0.0", "127.0.0.1", "127.255.255.254", "127.255.255.255",
        "172.16.0.0", "172.16.0.1", "172.31.255.255", "192.0.0.0", "192.0.0.1", "192.0.0.7", "192.0.0.8", "192.0.0.11", "192.0.0.170", "192.0.0.171", "192.0.0.255", "192.0.2.0", "192.0.2.255", "192.88.99.0", "192.88.99.1", "192.88.99.2", "192.88.99.255",
        "192.168.0.0", "192.168.1.1", "192.168.255.255", "198.18.0.0", "198.18.0.1", "198.19.255.255", "198.51.100.0", "198.51.100.255", "203.0.113.0", "203.0.113.255", "224.0.0.0", "224.0.0.1", "239.255.255.255", "240.0.0.0", "240.0.0.1", "255.255.255.254", "255.255.255.255",
        "::", "::1", "::2", "::127.0.0.1", "::7f00:1", "::10.0.0.1", "::8.8.8.8", "::ffff", "::1:0:0", "0:0:0:0:0:0:0:1",
        "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1", "::ffff:192.168.0.1", "::ffff:0.0.0.0", "::ffff:255.255.255.255", "::ffff:224.0.0.1", "::ffff:0:7f00:1", "::ffff:0:127.0.0.1", "::ffff:0:8.8.8.8", "::fffe:127.0.0.1", "::1:ffff:127.0.0.1",
        "64:ff9b::a00:1", "64:ff9b::7f00:1", "64:ff9b::127.0.0.1", "64:ff9b:1::", "64:ff9b:1::1", "64:ff9b:1::808:808", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", "64:ff9b:2::1", "64:ff9b::1:808:808", "64:ff9a::1",
        "100::", "100::1", "100:0:0:1::1", "100:1::1", "1::1", "1fff:ffff::1", "200::1", "400::1", "800::1", "1000::1",
        "2001::", "2001::1", "2001:0:ffff:ffff::1", "2001:1::", "2001:1::4", "2001:2::1", "2001:2:0:ffff::1", "2001:2:1::1", "2001:4::1", "2001:4:111::1", "2001:4:113::1", "2001:5::1", "2001:10::1", "2001:1f:ffff::1", "2001:40::1", "2001:1ff:ffff::1", "2001:db8::", "2001:db8::1", "2001:db8:ffff:ffff::1",
        "2002::", "2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:1::1", "2002:ffff:ffff::", "2002:e000:1::1", "3fff::1", "3fff:fff:ffff::1",
        "4000::1", "4001::1", "5f00::1", "5eff::1", "6000::1", "8000::1", "a000::1", "c000::1", "e000::1", "f000::1", "f800::1", "fc00::1", "fcff::1", "fd00::1", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe00::1", "fe7f::1", "fec0::1", "fec0::1%3", "feff::1", "ff00::1", "ff02::1", "ff0e::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    ];

    private static readonly string[] Never =
    [
        "169.254.0.0", "169.254.0.1", "169.254.1.1", "169.254.169.254", "169.254.170.2", "169.254.170.23", "169.254.255.255", "100.100.100.200", "168.63.129.16", "192.0.0.192",
        "fe80::", "fe80::1", "fe80::1%2", "fe80::a9fe:a9fe", "febf:ffff::1", "fd00:ec2::254", "fd00:ec2::254%1", "fd00:ec2::23", "fd20:ce::254",
        "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "::ffff:169.254.1.1", "::ffff:100.100.100.200", "::169.254.169.254", "::a9fe:a9fe", "::ffff:0:a9fe:a9fe", "::ffff:0:169.254.169.254",
        "64:ff9b::a9fe:a9fe", "64:ff9b::169.254.169.254", "64:ff9b:1::a9fe:a9fe", "64:ff9b:1:2:3:4:a9fe:a9fe", "2002:a9fe:a9fe::1", "2002:6464:64c8::", "2002:a83f:8110::1",
    ];

    private static readonly string[] Public =
    [
        "1.0.0.0", "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.0.9", "192.0.0.10", "192.0.1.0", "192.0.3.0", "192.31.196.1", "192.52.193.1", "192.88.98.255", "192.88.100.0",
        "192.167.255.255", "192.169.0.0", "192.175.48.1", "198.17.255.255", "198.20.0.0", "198.51.99.255", "198.51.101.0", "203.0.112.255", "203.0.114.0", "223.255.255.255",
        "2000::1", "2001:1::1", "2001:1::2", "2001:1::3", "2001:3::1", "2001:4:112::1", "2001:20::1", "2001:2f:ffff::1", "2001:30::1", "2001:3f:ffff::1", "2001:200::1", "2001:db7::1", "2001:db9::1", "2001:4860:4860::8888", "2002:808:808::1", "2003::1", "2606:4700::1111", "2620:4f:8000::1", "2a00::1", "3ffe::1", "3fff:1000::1", "3fff:ffff::1",
        "::ffff:8.8.8.8", "::ffff:808:808", "64:ff9b::808:808", "64:ff9b::8.8.8.8",
    ];

    public static TheoryData<string> Privates => [.. Private];
    public static TheoryData<string> Nevers => [.. Never];
    public static TheoryData<string> Publics => [.. Public];

    [Fact]
    public void Table_IsLong() => Assert.InRange(Private.Length + Never.Length, 104, int.MaxValue);

    [Theory, MemberData(nameof(Privates))]
    public void Special_IsRefusedUnlessAllowed(string address)
    {
        Assert.False(Strict.Allows(IPAddress.Parse(address)));
        Assert.True(Lenient.Allows(IPAddress.Parse(address)));
    }

    [Theory, MemberData(nameof(Nevers))]
    public void MetadataAndLinkLocal_AreRefusedAlways(string address)
    {
        Assert.False(Strict.Allows(IPAddress.Parse(address)));
        Assert.False(Lenient.Allows(IPAddress.Parse(address)));
    }

    [Theory, MemberData(nameof(Publics))]
    public void Public_IsAllowed(string address) => Assert.True(Strict.Allows(IPAddress.Parse(address)));

    [Fact]
    public void IPv6OutsideOfWhatIsAssigned_IsNeverPublic()
    {
        // Every /8 but the eighth that is 2000::/3.
        var bytes = new byte[16];
        bytes[15] = 1;
        for (var first = 0; first < 256; first++)
        {
            bytes[0] = (byte)first;
            Assert.Equal(first is >= 0x20 and < 0x40, Strict.Allows(new IPAddress(bytes)));
        }
    }
}
