using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Monit.Api.Auth;

/// <summary>Issues access tokens, and defines their validation: HS256 only, with time from the <see cref="TimeProvider"/>.</summary>
public sealed class Tokens(IOptions<AuthOptions> options, TimeProvider time)
{
    private const string Monit = "monit";
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(5);

    private readonly SymmetricSecurityKey _key = new(Encoding.UTF8.GetBytes(options.Value.Secret));

    public AccessToken Issue(Guid userId)
    {
        // JWT times are whole seconds.
        var now = DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
        var expiresAt = now + options.Value.TokenTtl;
        var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Monit,
            Audience = Monit,
            Claims = new Dictionary<string, object> { [JwtRegisteredClaimNames.Sub] = userId.ToString() },
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = expiresAt.UtcDateTime,
            SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.HmacSha256),
        });
        return new AccessToken(token, expiresAt);
    }

    internal TokenValidationParameters Validation => new()
    {
        ValidIssuer = Monit,
        ValidAudience = Monit,
        ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
        IssuerSigningKey = _key,
        NameClaimType = JwtRegisteredClaimNames.Sub,
        LifetimeValidator = (from, until, _, _) =>
            from <= (time.GetUtcNow() + ClockSkew).UtcDateTime && until > (time.GetUtcNow() - ClockSkew).UtcDateTime,
    };
}
