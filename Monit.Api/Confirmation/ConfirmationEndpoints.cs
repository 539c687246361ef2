using System.Buffers.Text;
using Microsoft.EntityFrameworkCore;
using Monit.Core.Alerts;
using Monit.Core.Options;
using Monit.Storage.Sql;

namespace Monit.Api.Confirmation;

/// <summary>
/// The page behind the link in a confirmation mail. Following the link changes nothing, as mail scanners follow links; pressing
/// the button does. The page needs neither an account nor a script.
/// </summary>
internal static class ConfirmationEndpoints
{
    /// <summary>In base64url: 32 random bytes.</summary>
    private const int TokenLength = 43;

    public static IServiceCollection AddConfirmation(this IServiceCollection services)
    {
        services.AddValidatedOptions<AddressOptions>("Alerts");
        services.AddScoped<ConfirmedAddresses>();
        return services;
    }

    public static void MapConfirmation(this IEndpointRouteBuilder app)
    {
        var page = app.MapGroup("/confirm-address").ExcludeFromDescription().AllowAnonymous();
        page.MapGet("", ShowAsync);
        page.MapPost("", ConfirmAsync);
    }

    private static async Task<IResult> ShowAsync(HttpContext http, MonitDb db, TimeProvider time, CancellationToken ct)
    {
        var token = http.Request.Query["token"].ToString();
        return await FindAsync(token, db, time, ct) switch
        {
            null => ConfirmationPage.Unknown(http),
            { Confirmed: true } known => ConfirmationPage.Done(http, known),
            var known => ConfirmationPage.Ask(http, known, token),
        };
    }

    private static async Task<IResult> ConfirmAsync(HttpContext http, MonitDb db, TimeProvider time, CancellationToken ct)
    {
        if (await FindAsync(await TokenAsync(http.Request, ct), db, time, ct) is not { } known)
            return ConfirmationPage.Unknown(http);
        if (!known.Confirmed)
            await WriteAsync(known, db, time.GetUtcNow());
        return ConfirmationPage.Done(http, known);
    }

    private static async Task<string> TokenAsync(HttpRequest request, CancellationToken ct)
    {
        try
        {
            return request.HasFormContentType ? (await request.ReadFormAsync(ct))["token"].ToString() : "";
        }
        catch (InvalidDataException)
        {
            // Not a form that a browser sends.
            return "";
        }
    }

    private static async Task<KnownAddress?> FindAsync(string token, MonitDb db, TimeProvider time, CancellationToken ct)
    {
        if (token.Length != TokenLength || !Base64Url.IsValid(token))
            return null;
        var (hash, now) = (AlertAddress.HashOf(token), time.GetUtcNow());
        return await (
            from address in db.AlertAddresses
            join owner in db.Users on address.UserId equals owner.Id
            where address.TokenHash == hash && address.TokenExpiresAt > now
            select new KnownAddress(address.UserId, address.Address, owner.Email, address.ConfirmedAt != null)).SingleOrDefaultAsync(ct);
    }

    // A disconnect of the client does not cancel it.
    private static async Task WriteAsync(KnownAddress known, MonitDb db, DateTimeOffset now)
    {
        await using var transaction = await db.Database.BeginTransactionAsync();
        await db.AlertAddresses.Where(a => a.UserId == known.UserId && a.Address == known.Address && a.ConfirmedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(a => a.ConfirmedAt, now).SetProperty(a => a.AskAt, (DateTimeOffset?)null));
        // What has waited for an address of this account is looked at again, and waits on if it was another one.
        var monitors = db.Monitors.Where(m => m.UserId == known.UserId).Select(m => m.Id);
        await db.Alerts.Where(a => a.Status == AlertStatus.Pending && a.UnconfirmedSince != null && monitors.Contains(a.MonitorId) && a.HeldUntil == null)
            .ExecuteUpdateAsync(set => set.SetProperty(a => a.NextAttemptAt, now));
        await transaction.CommitAsync();
    }
}

/// <summary>An address found by its token, and the account that wants it.</summary>
internal sealed record KnownAddress(Guid UserId, string Address, string Owner, bool Confirmed);
