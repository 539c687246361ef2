using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Monit.ServiceDefaults;
using Monit.Storage.Sql;
using Monit.Testing;

namespace Monit.IntegrationTests.Alerts;

public sealed class PostgresDeliveryTests(LocalStores stores) : DeliveryTests
{
    private string _connection = "";

    private protected override async Task CreateDatabaseAsync() => _connection = await stores.NewDatabaseAsync();
    private protected override void DropDatabase()
    {
    }
    private protected override void AddDatabase(IServiceCollection services) =>
        services.AddMonitDb<PostgresMonitDb>(options => options.UseMonitPostgres(_connection));
    private protected override MonitDb NewDb() =>
        new PostgresMonitDb(new DbContextOptionsBuilder<PostgresMonitDb>().UseMonitPostgres(_connection).Options);
}
