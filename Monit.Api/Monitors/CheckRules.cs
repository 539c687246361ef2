using System.Text;
using Monit.Api.Http;
using Monit.Core.Checks;
using Monit.Core.Checks.Http;
using Monit.Core.Checks.Kinds;
using Monit.Core.Checks.Settings;
using Monit.Core.Validation;

namespace Monit.Api.Monitors;

/// <summary>
/// Judges what is checked as a whole, if a request writes any of it: URL, request, tls, network and assertions belong together, and their kind
/// says what is valid. What was wrong before, and is not written, hinders no change.
/// </summary>
internal static class CheckRules
{
    /// <summary>The most bytes of request, tls, network and assertions together, as JSON.</summary>
    public const int MaxBytes = 128 * 1024;

    /// <summary>What the path of a header begins with.</summary>
    public const string Header = "request.headers.";

    /// <param name="settings">With secrets where they are written.</param>
    /// <param name="before">Null for a new monitor.</param>
    public static void Validate(MonitorRequest written, string url, CheckSettings settings, CheckBefore? before, FieldErrors errors)
    {
        var fields = written.Given.Keys.Where(field => field.JudgedByKind).Select(field => field.Name).ToHashSet();
        if (fields.Count == 0)
            return;
        var found = Problems(url, settings);
        if (before is not null && CheckKinds.Of(before.Url) is { } kind && CheckKinds.Of(url) is { } other && kind != other)
            found.Add(new FieldError("url", $"must stay one of the kind {kind.Name}"));
        var known = before is null || found.Count == 0 ? [] : Problems(before.Url, before.Settings);
        // A field may have been refused before for a better reason.
        var refused = errors.Keys.ToHashSet();
        errors.AddRange(found.Where(error => !refused.Contains(error.Field) && (fields.Contains(TopOf(error.Field)) || !known.Contains(error))));
        if (Encoding.UTF8.GetByteCount(SettingsJson.Encode(settings)) > MaxBytes)
            errors.Add(fields.FirstOrDefault(field => field != "url") ?? "url", $"must be shorter: request, tls, network and assertions may have {MaxBytes} bytes together");
    }

    // A scheme of no kind is answered as a bad HTTP URL.
    private static List<FieldError> Problems(string url, CheckSettings settings)
    {
        var found = new List<FieldError>();
        (CheckKinds.Of(url) ?? HttpKind.Instance).Validate(url, settings, found);
        return found.ConvertAll(error => error with { Field = Shown(error.Field, settings) });
    }

    /// <summary>The path for people: a header as they wrote it, where <paramref name="path"/> has it in lower case.</summary>
    public static string Shown(string path, CheckSettings settings) => path.StartsWith(Header, StringComparison.Ordinal)
        && settings.Request?.Headers?.Keys.FirstOrDefault(name => path.AsSpan(Header.Length).Equals(name, StringComparison.OrdinalIgnoreCase)) is { } written ? Header + written : path;

    private static string TopOf(string path) => path.IndexOfAny(['.', '[']) is >= 0 and var end ? path[..end] : path;
}
