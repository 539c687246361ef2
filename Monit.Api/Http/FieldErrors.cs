using Monit.Core.Text;
using Monit.Core.Validation;

namespace Monit.Api.Http;

/// <summary>Validation errors of a request: messages by field, under the field's JSON or query name.</summary>
public sealed class FieldErrors : Dictionary<string, string[]>
{
    /// <summary>Who gets so many errors reads no further, and the answer stays small whatever was sent.</summary>
    private const int MaxFields = 50;

    public bool Any => Found > 0;

    /// <summary>The number of errors, with those that are not kept.</summary>
    public int Found { get; private set; }

    /// <param name="rule">What the field must be, with its range; the field's name is put in front of it.</param>
    public void Add(string field, string rule)
    {
        Found++;
        if (Count < MaxFields || ContainsKey(field))
            this[field] = [.. this.GetValueOrDefault(field, []), $"{field} {rule}."];
    }

    public void AddRange(IEnumerable<FieldError> errors)
    {
        foreach (var error in errors)
            Add(error.Field, error.Message);
    }

    /// <summary>Takes over what another found.</summary>
    public void AddAll(FieldErrors others)
    {
        foreach (var (field, messages) in others)
            this[field] = [.. this.GetValueOrDefault(field, []), .. messages];
        Found += others.Found;
    }

    public void Unless(bool valid, string field, string rule)
    {
        if (!valid)
            Add(field, rule);
    }

    /// <summary>Checks a name or another line that is written down, by <see cref="WrittenText"/>.</summary>
    public void Text(string field, string? value, int min, int max) => Unless(
        value is not null && value.Length >= min && value.Length <= max && WrittenText.IsClean(value),
        field, $"must have {min} to {max} characters, some of them visible, {WrittenText.Rule}");

    /// <summary>Checks a text that is only looked for: its length, and that it has no control characters, which not every store accepts.</summary>
    public void Sought(string field, string? value, int min, int max) => Unless(
        value is not null && value.Length >= min && value.Length <= max && !value.Any(char.IsControl),
        field, $"must have {min} to {max} characters, none of them a control character");

    public void Email(string field, string? value) => Unless(
        value is not null && EmailAddress.IsValid(value), field,
        $"must be an e-mail address of at most {EmailAddress.MaxLength} characters, without stray dots, spaces or invisible characters");
}
