namespace Monit.Api.Http;

/// <summary>The statuses of errors that an endpoint answers beside those that follow from its kind; for the OpenAPI document.</summary>
internal sealed record Refusals(params int[] Statuses);

internal static class RefusalConventions
{
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder endpoint, params int[] statuses) =>
        endpoint.WithMetadata(new Refusals(statuses));
}
