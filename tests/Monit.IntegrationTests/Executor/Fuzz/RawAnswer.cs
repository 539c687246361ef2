using System.Globalization;
using System.Text;

namespace Monit.IntegrationTests.Executor.Fuzz;

/// <summary>What a target does once it has sent its bytes.</summary>
internal enum RawEnd
{
    /// <summary>Closes both ways.</summary>
    Close,
    /// <summary>Closes its own way, and waits for the client to go.</summary>
    HalfClose,
    /// <summary>Ends the connection with a RST.</summary>
    Reset,
    /// <summary>Sends nothing more, and waits for the client to go or to ask again.</summary>
    Stay,
    /// <summary>Sends <see cref="RawAnswer.Repeat"/> again and again until the client goes.</summary>
    Repeat,
}

/// <summary>An answer as bytes on the wire.</summary>
/// <param name="Step">Bytes a write; 0: all in one.</param>
/// <param name="Pause">After each write.</param>
internal sealed record RawAnswer(byte[] Bytes, RawEnd End = RawEnd.Close, byte[]? Repeat = null, int Step = 0, TimeSpan Pause = default)
{
    public const string PortMark = "{port}";

    /// <summary>Bytes from text, in which <c>|</c> stands for CR LF and every other character for its Latin-1 byte.</summary>
    public static byte[] Wire(string text) => Encoding.Latin1.GetBytes(text.Replace("|", "\r\n", StringComparison.Ordinal));

    /// <summary>The same answer, with the target's port in place of <see cref="PortMark"/>.</summary>
    public RawAnswer At(int port)
    {
        var text = Encoding.Latin1.GetString(Bytes);
        return text.Contains(PortMark, StringComparison.Ordinal)
            ? this with { Bytes = Encoding.Latin1.GetBytes(text.Replace(PortMark, port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)) }
            : this;
    }
}
