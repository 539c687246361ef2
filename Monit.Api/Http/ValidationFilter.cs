namespace Monit.Api.Http;

/// <summary>Rejects invalid requests; added once, to the group of the whole API.</summary>
internal static class ValidationFilter
{
    public static ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var errors = new FieldErrors();
        foreach (var request in context.Arguments.OfType<IValidatable>())
            request.Validate(errors);
        return errors.Any ? new(Problems.Invalid(errors)) : next(context);
    }
}
