using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.JsonWebTokens;
using Monit.Storage.Sql;

namespace Monit.Api.Auth;

/// <summary>
/// A token is as good as the account that it names: without one it is refused like a forged one, wherever a token is
/// required. Asked of SQL with each request, so that a deleted account is out at once; it is one row by its key.
/// </summary>
internal static class AccountCheck
{
    public static Task NamesAccountAsync(TokenValidatedContext token)
    {
        if (!Guid.TryParse(token.Principal?.FindFirst(JwtRegisteredClaimNames.Sub)?.Value, out _))
            token.Fail("The token names no account.");
        return Task.CompletedTask;
    }

    /// <summary>After the limit of requests, so that a flood costs no queries.</summary>
    public static async Task ExistsAsync(HttpContext http, RequestDelegate next)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<IAuthorizeData>() is not null)
        {
            var id = http.User.Id();
            if (!await http.RequestServices.GetRequiredService<MonitDb>().Users.AnyAsync(u => u.Id == id, http.RequestAborted))
            {
                await http.ChallengeAsync();
                return;
            }
        }
        await next(http);
    }
}
