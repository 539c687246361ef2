using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Monit.Api.Users;

internal static class UniqueViolation
{
    /// <summary>Whether a unique index rejected the row, on either database.</summary>
    public static bool IsUniqueViolation(this DbUpdateException refused) => refused.InnerException switch
    {
        // SQLITE_CONSTRAINT_UNIQUE.
        SqliteException sqlite => sqlite.SqliteExtendedErrorCode == 2067,
        DbException sql => sql.SqlState == "23505",
        _ => false,
    };
}
