using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Monit.Api.Auth;
using Monit.Api.Http;
using Monit.Storage.Sql;

namespace Monit.Api.Users;

/// <summary>Who may register, by <c>Auth:Registration</c> and the setup token.</summary>
internal sealed class Admission(IOptions<AuthOptions> options, SetupToken token)
{
    /// <summary>Asked before the password is hashed.</summary>
    /// <returns>Null: go ahead, but with <see cref="SaveAsync"/> alone.</returns>
    public async Task<ProblemHttpResult?> RefuseAsync(MonitDb db, string? setupToken, CancellationToken ct)
    {
        if (options.Value.Registration == Registration.Open)
            return null;
        if (options.Value.Registration == Registration.Closed || await db.Users.AnyAsync(ct))
            return Closed();
        if (!token.IsRequired || (setupToken is not null && token.Matches(setupToken)))
            return null;
        var errors = new FieldErrors();
        errors.Add("setup_token", setupToken is null
            ? "is required for the first account; Monit printed it when it started"
            : "is not the one that Monit printed when it started");
        return Problems.Invalid(errors, setupToken is null ? StatusCodes.Status400BadRequest : StatusCodes.Status403Forbidden);
    }

    /// <summary>Saves what was added to the context; of several first accounts only one.</summary>
    /// <returns>Null: it is saved.</returns>
    /// <exception cref="DbUpdateException">The database refuses.</exception>
    public async Task<ProblemHttpResult?> SaveAsync(MonitDb db, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (options.Value.Registration == Registration.FirstUserOnly)
        {
            await db.LockUsersAsync(ct);
            if (await db.Users.AnyAsync(ct))
                return Closed();
        }
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return null;
    }

    private static ProblemHttpResult Closed() =>
        Problems.Forbidden("Registration is closed here: no further accounts can be created (setting Auth:Registration).");
}
