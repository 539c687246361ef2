using System.ComponentModel.DataAnnotations;
using System.Text;

namespace Monit.Api.Auth;

/// <summary>Requires a text of at least this many bytes in UTF-8.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class MinBytesAttribute(int bytes) : ValidationAttribute
{
    public int Bytes => bytes;

    public override bool IsValid(object? value) => value is string text && Encoding.UTF8.GetByteCount(text) >= bytes;
}
