using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;
using Monit.Core;

namespace Monit.Api.Http;

/// <summary>
/// Adds to the OpenAPI document what the framework does not see: the title, who needs a token, queries with their ranges, and
/// the errors, which follow from what an endpoint takes.
/// </summary>
internal static class ApiDocument
{
    private const string Bearer = "bearer";

    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo { Title = "Monit", Version = Product.Version, Description = "Distributed uptime monitoring." };
            document.AddComponent(Bearer, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http, Scheme = Bearer, BearerFormat = "JWT",
            });
            document.AddComponent(ProblemSchema.Name, ProblemSchema.Create());
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer(ContractSchemas.DescribeAsync);
        options.AddOperationTransformer((operation, context, _) =>
        {
            var metadata = context.Description.ActionDescriptor.EndpointMetadata;
            var needsToken = metadata.OfType<IAuthorizeData>().Any();
            if (needsToken)
                operation.Security = [new() { [new OpenApiSecuritySchemeReference(Bearer, context.Document)] = [] }];
            var query = metadata.OfType<QueryParameters>().SelectMany(q => q.All).ToDictionary(q => q.Name);
            foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
                if (parameter.In == ParameterLocation.Query && query.TryGetValue(parameter.Name!, out var known))
                    parameter.Schema = known.Schema;

            operation.Responses ??= [];
            foreach (var status in Statuses(operation, needsToken, query.Count > 0).Concat(metadata.OfType<Refusals>().SelectMany(r => r.Statuses)).Distinct().Order())
                operation.Responses[$"{status}"] = Problem(ReasonPhrases.GetReasonPhrase(status), context.Document!, status);
            operation.Responses["default"] = Problem("Any other error", context.Document!);
            return Task.CompletedTask;
        });
    }

    private static IEnumerable<int> Statuses(OpenApiOperation operation, bool needsToken, bool hasQuery)
    {
        if (hasQuery || operation.RequestBody is not null)
            yield return StatusCodes.Status400BadRequest;
        if (needsToken)
            yield return StatusCodes.Status401Unauthorized;
        if (operation.Parameters?.Any(parameter => parameter.In == ParameterLocation.Path) == true)
            yield return StatusCodes.Status404NotFound;
        if (operation.RequestBody is not null)
        {
            yield return StatusCodes.Status413PayloadTooLarge;
            yield return StatusCodes.Status415UnsupportedMediaType;
        }
        yield return StatusCodes.Status429TooManyRequests;
        yield return StatusCodes.Status503ServiceUnavailable;
    }

    private static OpenApiResponse Problem(string description, OpenApiDocument document, int status = 0) => new()
    {
        Description = description,
        Headers = status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable
            ? new Dictionary<string, IOpenApiHeader>
            {
                ["Retry-After"] = new OpenApiHeader { Required = true, Description = "Seconds.", Schema = new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1" } },
            }
            : null,
        Content = new Dictionary<string, OpenApiMediaType>
        {
            ["application/problem+json"] = new() { Schema = new OpenApiSchemaReference(ProblemSchema.Name, document) },
        },
    };
}
