namespace Monit.Storage.Sql;

/// <summary>
/// How many mails were sent on a day on behalf of an account, or to an address. A count of its own, because attempts are
/// deleted with their monitor, and who deletes monitors must not get new mails for it.
/// </summary>
public sealed class MailCount
{
    /// <summary>Days since 1970 (UTC).</summary>
    public required int Day { get; init; }
    /// <summary><c>account:ID</c>, <c>to:ADDRESS</c> or <c>confirm:ID</c>.</summary>
    public required string Key { get; init; }
    public required int Count { get; set; }
}
