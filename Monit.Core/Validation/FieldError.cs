namespace Monit.Core.Validation;

/// <summary>What is wrong with a field that a user has set, of a monitor or of a channel.</summary>
/// <param name="Field">Its name in the API, with a path where it is nested: <c>request.method</c>, <c>to[1]</c>.</param>
/// <param name="Message">What it must be, with its range.</param>
public readonly record struct FieldError(string Field, string Message);
