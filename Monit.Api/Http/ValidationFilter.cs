namespace Monit.Api.Http;

/// <summary>Rejects invalid requests; added once, to the group of the whole API.</summary>
internal static class ValidationFilter
{
    public static ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var errors = new FieldErrors();
        var http = context.HttpContext;
        http.GetEndpoint()?.Metadata.GetMetadata<QueryParameters>()?.Validate(http.Request.Query, errors);
        if (!errors.Any)
            foreach (var request in context.Arguments.OfType<IValidatable>())
                request.Validate(errors);
        return errors.Any ? new(Problems.Invalid(errors)) : next(context);
    }
}
