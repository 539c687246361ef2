using Monit.Api;
using Monit.Core;
using Monit.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddMonitRedis();
builder.AddMonitDatabase();
builder.AddMonitCore();
builder.Services.AddSchemaMigration();
builder.AddMonitApi();

var app = builder.Build();
app.MapMonitApi();
app.MapDefaultEndpoints();
await app.RunAsync();
