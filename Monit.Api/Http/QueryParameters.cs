namespace Monit.Api.Http;

/// <summary>The parameters that an endpoint takes in its query: <see cref="ValidationFilter"/> checks them, <see cref="ApiDocument"/> shows them.</summary>
internal sealed record QueryParameters(IReadOnlyList<QueryParameter> All)
{
    public void Validate(IQueryCollection query, FieldErrors errors)
    {
        foreach (var parameter in All)
            parameter.Validate(query[parameter.Name], errors);
    }
}

internal static class QueryConventions
{
    public static RouteHandlerBuilder WithQuery(this RouteHandlerBuilder endpoint, params QueryParameter[] parameters) =>
        endpoint.WithMetadata(new QueryParameters(parameters));
}
