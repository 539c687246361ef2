using System.Text.Json;
using System.Text.Json.Serialization;
using MimeKit;
using Monit.Core.Validation;

namespace Monit.Alerts.Channels.Email;

/// <summary>The settings of an e-mail destination.</summary>
internal sealed record EmailSettings([property: JsonPropertyName("to"), JsonRequired] string[] To)
{
    public JsonElement ToJson() => JsonSerializer.SerializeToElement(this);

    public static IEnumerable<FieldError> Validate(JsonElement settings)
    {
        if (Read(settings) is not { To.Length: > 0 } email)
            return [new("to", "must be a list of addresses.")];
        return email.To.Index().Where(to => Address(to.Item) is null)
            .Select(to => new FieldError($"to[{to.Index}]", "must be one address, such as ops@example.org."));
    }

    /// <returns>Null unless all of the addresses can be used.</returns>
    public static IReadOnlyList<MailboxAddress>? Recipients(JsonElement settings) =>
        Validate(settings).Any() ? null : [.. Read(settings)!.To.Select(to => Address(to)!)];

    private static MailboxAddress? Address(string? text) => MailboxAddress.TryParse(text, out var address) ? address : null;

    private static EmailSettings? Read(JsonElement settings)
    {
        try
        {
            return settings.Deserialize<EmailSettings>();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
