using Microsoft.Extensions.Configuration;

namespace Monit.AppHost;

/// <summary>Where the alert service hands its mails in.</summary>
internal static class Mail
{
    /// <summary>The settings of the section <c>Smtp</c> that lead to a server, and whether they are secret.</summary>
    private static readonly (string Setting, bool Secret)[] ServerSettings = [("Host", false), ("User", false), ("Password", true)];

    /// <summary>The server of the section <c>Smtp</c>; without one, and where containers run anyway, an inbox that the dashboard links to.</summary>
    public static IResourceBuilder<ProjectResource> WithMailServer(this IResourceBuilder<ProjectResource> alerts)
    {
        var builder = alerts.ApplicationBuilder;
        if (builder.Configuration["Smtp:Host"] is { Length: > 0 })
            alerts.WithSmtpSettings();
        else if (builder.ExecutionContext.IsRunMode && builder.Resources.Any(resource => resource is ContainerResource))
            alerts.WithInbox(builder.AddMailpit("mailpit"));
        return alerts;
    }

    /// <summary>
    /// Whether addresses must be confirmed, and where the links to do so lead: <c>Alerts:ConfirmAddresses</c>, by default false when
    /// running on this machine, and the parameter <c>public-url</c>.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithAddressConfirmation(this IResourceBuilder<ProjectResource> service)
    {
        var builder = service.ApplicationBuilder;
        if ((builder.Configuration["Alerts:ConfirmAddresses"] ?? (builder.ExecutionContext.IsRunMode ? "false" : null)) is { Length: > 0 } confirm)
            service.WithEnvironment("Alerts__ConfirmAddresses", confirm);
        if (builder.Configuration["PublicUrl"] is { Length: > 0 } url)
            service.WithEnvironment("PublicUrl",
                builder.Resources.OfType<ParameterResource>().FirstOrDefault(known => known.Name == "public-url") is { } parameter
                    ? builder.CreateResourceBuilder(parameter) : builder.AddParameter("public-url", () => url));
        return service;
    }

    /// <summary>Passes the section <c>Smtp</c> on; server and log-in as parameters, so that each deployment has its own.</summary>
    private static void WithSmtpSettings(this IResourceBuilder<ProjectResource> alerts)
    {
        var builder = alerts.ApplicationBuilder;
        foreach (var setting in builder.Configuration.GetSection("Smtp").GetChildren().Where(setting => setting.Value is { Length: > 0 }))
            if (ServerSettings.FirstOrDefault(known => known.Setting.Equals(setting.Key, StringComparison.OrdinalIgnoreCase)) is { Setting: { } name } known)
                alerts.WithEnvironment($"Smtp__{name}", builder.AddParameter($"smtp-{name.ToLowerInvariant()}", () => setting.Value!, secret: known.Secret));
            else
                alerts.WithEnvironment($"Smtp__{setting.Key}", setting.Value);
    }

    private static void WithInbox(this IResourceBuilder<ProjectResource> alerts, IResourceBuilder<ContainerResource> mailpit)
    {
        var smtp = mailpit.GetEndpoint("smtp");
        alerts.WaitFor(mailpit)
            .WithEnvironment("Smtp__Host", smtp.Property(EndpointProperty.Host))
            .WithEnvironment("Smtp__Port", smtp.Property(EndpointProperty.Port))
            .WithEnvironment("Smtp__Security", "None");
    }

    /// <summary>Takes all mail and sends none; its web page shows it.</summary>
    private static IResourceBuilder<ContainerResource> AddMailpit(this IDistributedApplicationBuilder builder, [ResourceName] string name) =>
        builder.AddContainer(name, "axllent/mailpit", "v1.31")
            .WithLifetime(ContainerLifetime.Persistent)
            .WithEndpoint(targetPort: 1025, name: "smtp", scheme: "smtp")
            .WithHttpEndpoint(targetPort: 8025)
            .WithHttpHealthCheck("/readyz")
            .WithIconName("Mail")
            .WithUrlForEndpoint("smtp", url => url.DisplayLocation = UrlDisplayLocation.DetailsOnly)
            .WithUrlForEndpoint("http", url => url.DisplayText = "Inbox");
}
