using System.Text.Encodings.Web;

namespace Monit.Api.Confirmation;

/// <summary>Plain HTML that loads nothing, runs nothing and is kept nowhere.</summary>
internal static class ConfirmationPage
{
    public static IResult Ask(HttpContext http, KnownAddress known, string token) => Of(http, StatusCodes.Status200OK, $"""
        <p>The account <b>{Text(known.Owner)}</b> wants Monit to send alerts about its monitors to <b>{Text(known.Address)}</b>.</p>
        <form method="post" action="confirm-address">
        <input type="hidden" name="token" value="{Text(token)}">
        <button>Yes, send them</button>
        </form>
        <p>If you do not want them, close this page.</p>
        """);

    public static IResult Done(HttpContext http, KnownAddress known) => Of(http, StatusCodes.Status200OK,
        $"<p>The address <b>{Text(known.Address)}</b> is confirmed: it gets the alerts of the account <b>{Text(known.Owner)}</b>.</p>");

    public static IResult Unknown(HttpContext http) => Of(http, StatusCodes.Status404NotFound,
        "<p>This link is not valid, or not any more: it is good for seven days, and a newer mail makes the older ones void.</p>");

    private static IResult Of(HttpContext http, int status, string body)
    {
        var headers = http.Response.Headers;
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        return Results.Text(
            $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <meta name="color-scheme" content="light dark">
            <meta name="robots" content="noindex">
            <title>Alerts of Monit</title>
            </head>
            <body>
            <h1>Alerts of Monit</h1>
            {body}
            </body>
            </html>

            """, "text/html", System.Text.Encoding.UTF8, status);
    }

    private static string Text(string text) => HtmlEncoder.Default.Encode(text);
}
