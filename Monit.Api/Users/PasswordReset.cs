using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Monit.Api.Auth;
using Monit.Core;
using Monit.ServiceDefaults;
using Monit.Storage.Sql;

namespace Monit.Api.Users;

/// <summary>The command <c>reset-password EMAIL</c>, for an owner who is locked out and has nobody to ask.</summary>
public static class PasswordReset
{
    // Without what is easily misread: 32 letters and digits, so 100 bits in 20 characters.
    private const string Letters = "abcdefghjkmnpqrstuvwxyz23456789A";
    private const int Length = 20;

    /// <summary>Gives the account a new password, and prints it. Monit may run meanwhile.</summary>
    /// <param name="args">The email, then settings.</param>
    /// <param name="addDatabase">Registers <see cref="MonitDb"/>, which must exist.</param>
    /// <exception cref="StartException">No email was given, or it belongs to no account.</exception>
    public static async Task RunAsync(string[] args, Action<IHostApplicationBuilder> addDatabase)
    {
        if (args is not [var email, .. var settings] || email.StartsWith('-'))
            throw new StartException("reset-password needs the email of the account: reset-password ada@example.com");
        var builder = Host.CreateApplicationBuilder(settings);
        builder.AddServiceDefaults();
        addDatabase(builder);
        using var host = builder.Build();
        await using var scope = host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<MonitDb>();

        var (key, password) = (UserEndpoints.Normalize(email), RandomNumberGenerator.GetString(Letters, Length));
        var hash = Passwords.HashNow(password);
        if (await db.Users.Where(user => user.Email == key).ExecuteUpdateAsync(set => set.SetProperty(user => user.PasswordHash, hash)) == 0)
            throw new StartException($"There is no account with the email {key}.");
        Console.WriteLine($"The new password of {key} is {password}");
        Console.WriteLine("The old one no longer works. Who is logged in stays so until their token expires (Auth:TokenTtl, by default 30 minutes).");
    }
}
