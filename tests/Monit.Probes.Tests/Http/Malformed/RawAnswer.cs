using System.Globalization;
using System.Text;

namespace Monit.Probes.Tests.Http.Malformed;

/// <summary>What a target does after it has sent its bytes.</summary>
internal enum RawEnd
{
    /// <summary>Closes the connection.</summary>
    Close,
    /// <summary>Shuts down its sending side, and waits until the client closes.</summary>
    HalfClose,
    /// <summary>Resets the connection (RST).</summary>
    Reset,
    /// <summary>Sends nothing more, and waits until the client closes or sends another request.</summary>
    Stay,
    /// <summary>Sends <see cref="RawAnswer.Repeat"/> repeatedly until the client closes.</summary>
    Repeat,
}

/// <summary>A response as raw bytes.</summary>
/// <param name="Step">Bytes per write; 0: all in one.</param>
/// <param name="Pause">The pause after each write.</param>
internal sealed record RawAnswer(byte[] Bytes, RawEnd End = RawEnd.Close, byte[]? Repeat = null, int Step = 0, TimeSpan Pause = default)
{
    public const string PortMark = "{port}";

    /// <summary>Bytes from text, in which <c>|</c> stands for CR LF and every other character for its Latin-1 byte.</summary>
    public static byte[] Wire(string text) => Encoding.Latin1.GetBytes(text.Replace("|", "\r\n", StringComparison.Ordinal));

    /// <summary>The same response, with the target's port in place of <see cref="PortMark"/>.</summary>
    public RawAnswer At(int port)
    {
        var text = Encoding.Latin1.GetString(Bytes);
        return text.Contains(PortMark, StringComparison.Ordinal)
            ? this with { Bytes = Encoding.Latin1.GetBytes(text.Replace(PortMark, port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)) }
            : this;
    }
}
