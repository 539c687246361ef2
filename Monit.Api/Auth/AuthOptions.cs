using System.ComponentModel.DataAnnotations;

namespace Monit.Api.Auth;

/// <summary>Authentication. Section <c>Auth</c>.</summary>
public sealed class AuthOptions
{
    /// <summary>The key that signs tokens (HS256): at least 32 bytes of UTF-8, the same for every replica. No default.</summary>
    [MinBytes(32, ErrorMessage = "Auth:Secret must have at least 32 bytes. Set it, for example as the environment variable Auth__Secret.")]
    public string Secret { get; set; } = "";

    /// <summary>The lifetime of a token, 1 min..1 day; default 30 min.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00", ErrorMessage = "Auth:TokenTtl must be from 00:01:00 to 1.00:00:00.")]
    public TimeSpan TokenTtl { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Who may register; default <see cref="Registration.Open"/>, in Standalone <see cref="Registration.FirstUserOnly"/>.</summary>
    [EnumDataType(typeof(Registration), ErrorMessage = "Auth:Registration must be Open, Closed or FirstUserOnly.")]
    public Registration Registration { get; set; }

    /// <summary>Log-ins and registrations allowed per minute and client address (of IPv6 the /64 network), 0..100 000; default 60; 0: no limit.</summary>
    [Range(0, 100_000, ErrorMessage = "Auth:RateLimitPerMinute must be from 0 to 100000.")]
    public int RateLimitPerMinute { get; set; } = 60;
}
