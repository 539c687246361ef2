using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Monit.Core.Options;

namespace Monit.ServiceDefaults.Http;

/// <summary>What happens to every request of every service before anything else sees it.</summary>
internal static class FrontDoor
{
    public static IServiceCollection AddFrontDoor(this IServiceCollection services)
    {
        services.AddValidatedOptions<ProxyOptions>("Network");
        // After ASP.NET's own setup: ASPNETCORE_FORWARDEDHEADERS_ENABLED, which Aspire sets, would believe everybody.
        services.AddOptions<ForwardedHeadersOptions>().PostConfigure<IOptions<ProxyOptions>>((forwarded, proxies) =>
        {
            var trusted = AddressListAttribute.TryParse(proxies.Value.TrustedProxies) ?? [];
            forwarded.ForwardedHeaders = trusted.Count == 0 ? ForwardedHeaders.None : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            // From proxy to proxy as long as they are ours; the first address that is not is the client.
            forwarded.ForwardLimit = null;
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            foreach (var network in trusted)
                forwarded.KnownIPNetworks.Add(network);
        });
        return services.AddTransient<IStartupFilter, First>();
    }

    private sealed class First : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((http, following) =>
            {
                // In OnStarting, because the exception handler clears headers that were set before.
                http.Response.OnStarting(static response =>
                {
                    ((HttpResponse)response).Headers.XContentTypeOptions = "nosniff";
                    return Task.CompletedTask;
                }, http.Response);
                return following(http);
            });
            app.UseForwardedHeaders();
            next(app);
        };
    }
}
