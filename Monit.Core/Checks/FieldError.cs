namespace Monit.Core.Checks;

/// <summary>What is wrong with a field of a monitor.</summary>
/// <param name="Field">Its name in the API, with a path where it is nested: <c>request.method</c>.</param>
public readonly record struct FieldError(string Field, string Message);
