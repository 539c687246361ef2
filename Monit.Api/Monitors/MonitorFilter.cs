using System.Buffers.Text;
using Microsoft.AspNetCore.Mvc;
using Monit.Api.Http;
using Monit.Core.Monitors;

namespace Monit.Api.Monitors;

/// <summary>The query of the monitor list; the conditions are combined with AND.</summary>
public sealed record MonitorFilter(
    [FromQuery(Name = "cursor")] string? CursorText, [FromQuery(Name = "enabled")] string? EnabledText,
    [FromQuery(Name = "state")] string? StateText, [FromQuery(Name = "q")] string? Q) : IValidatable
{
    private static readonly string[] States = [.. Enum.GetNames<MonitorState>().Select(s => s.ToLowerInvariant())];

    /// <summary>The last id of the previous page.</summary>
    public Guid? Cursor => CursorText is null ? null : Decode(CursorText);
    public bool? Enabled => EnabledText is null ? null : EnabledText == "true";
    public MonitorState? State => StateText is null ? null : (MonitorState)Array.IndexOf(States, StateText);

    public void Validate(FieldErrors errors)
    {
        errors.Unless(CursorText is null || Decode(CursorText) is not null, "cursor", "must be the next_cursor of an earlier page");
        errors.Unless(EnabledText is null or "true" or "false", "enabled", "must be true or false");
        errors.Unless(StateText is null || States.Contains(StateText), "state", $"must be one of {string.Join(", ", States)}");
        if (Q is not null)
            errors.Sought("q", Q, 0, 200);
    }

    public static string Encode(Guid id) => Base64Url.EncodeToString(id.ToByteArray());

    private static Guid? Decode(string cursor)
    {
        Span<byte> bytes = stackalloc byte[16];
        return cursor.Length == 22 && Base64Url.TryDecodeFromChars(cursor, bytes, out var written) && written == 16
            ? new Guid(bytes) : null;
    }
}
