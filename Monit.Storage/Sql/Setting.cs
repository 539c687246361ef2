namespace Monit.Storage.Sql;

/// <summary>A property of the installation, such as its number of shards.</summary>
public sealed class Setting
{
    public required string Key { get; init; }
    public required string Value { get; set; }
}
