using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Monit.Core.Options;
using Monit.Storage.Resilience;
using Monit.Storage.Secrets;

namespace Monit.ServiceDefaults.KeyRing;

/// <summary>Where the keys of ASP.NET's Data Protection are kept. They survive restarts, and all replicas share them.</summary>
public static class KeyRingServices
{
    /// <summary>
    /// Keeps the keys in SQL, encrypted by <c>DataProtection:Key</c>. The host must register the database. Without the
    /// setting, which the version before does not have, the service works and <see cref="MissingKey"/> refuses what needs keys.
    /// </summary>
    public static IHostApplicationBuilder AddMonitDataProtection(this IHostApplicationBuilder builder)
    {
        if (builder.Configuration["DataProtection:Key"] is not { Length: > 0 })
        {
            builder.Services.AddSingleton<IDataProtectionProvider, MissingKey>();
            // ASP.NET's authentication loads the key ring at the start all the same, and would make one in the user's home.
            builder.Services.Configure<KeyManagementOptions>(keys => (keys.XmlRepository, keys.XmlEncryptor) = (new NoKeys(), new NullXmlEncryptor()));
            builder.Services.AddHostedService<MissingKeyWarning>();
            return builder;
        }
        builder.Services.AddValidatedOptions<KeyRingOptions>("DataProtection");
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton<StoreResilience>();
        return builder.AddKeyRing(services => ActivatorUtilities.CreateInstance<SqlKeyRepository>(services));
    }

    /// <summary>Keeps the keys in a folder, which must exist and be its owner's alone.</summary>
    public static IHostApplicationBuilder AddMonitDataProtection(this IHostApplicationBuilder builder, string folder) =>
        builder.AddKeyRing(services => new FileSystemXmlRepository(new DirectoryInfo(folder), services.GetRequiredService<ILoggerFactory>()));

    private static IHostApplicationBuilder AddKeyRing(this IHostApplicationBuilder builder, Func<IServiceProvider, IXmlRepository> repository)
    {
        builder.Services.AddHostedService<KeyRingCheck>();
        builder.Services.AddDataProtection().SetApplicationName("Monit");
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<FreshKeys>().AddSingleton<IKeyRing>(services => services.GetRequiredService<FreshKeys>());
        builder.Services.Replace(ServiceDescriptor.Singleton<IKeyManager>(services => services.GetRequiredService<FreshKeys>()));
        builder.Services.AddOptions<KeyManagementOptions>().Configure<IServiceProvider>((keys, services) =>
        {
            keys.XmlRepository = repository(services);
            // None of ASP.NET's, and no warning about it: SQL's repository encrypts by itself, and the folder is the owner's.
            keys.XmlEncryptor = new NullXmlEncryptor();
        });
        return builder;
    }
}
