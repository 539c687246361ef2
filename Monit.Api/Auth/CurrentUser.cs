using System.Security.Claims;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Monit.Api.Auth;

internal static class CurrentUser
{
    /// <summary>The id of the account that the token was issued to.</summary>
    public static Guid Id(this ClaimsPrincipal user) => Guid.Parse(user.FindFirstValue(JwtRegisteredClaimNames.Sub)!);
}
