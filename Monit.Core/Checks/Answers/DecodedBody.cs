namespace Monit.Core.Checks.Answers;

/// <summary>A body after its content codings are undone.</summary>
/// <param name="Bytes">What could be decoded, at most <see cref="ContentCoding.MaxBytes"/>. Not all of the body if there is a problem.</param>
/// <param name="Problem">Why <paramref name="Bytes"/> are not the whole body, for people; null if they are.</param>
public readonly record struct DecodedBody(ReadOnlyMemory<byte> Bytes, string? Problem);
