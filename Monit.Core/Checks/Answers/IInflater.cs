namespace Monit.Core.Checks.Answers;

/// <summary>How a compressed body ended: not yet, at its end, before it, or with what is no such body.</summary>
internal enum InflaterEnd : byte { None, Whole, Cut, Invalid }

/// <summary>Undoes one coding, as far as it is asked to.</summary>
internal interface IInflater : IDisposable
{
    /// <summary>Fills a part of the buffer, or says how the body ended.</summary>
    (int Made, InflaterEnd End) Read(Span<byte> buffer);
}
