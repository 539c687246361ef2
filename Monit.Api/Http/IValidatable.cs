namespace Monit.Api.Http;

/// <summary>A request that can tell by itself what is wrong with it; checked before its handler runs.</summary>
public interface IValidatable
{
    void Validate(FieldErrors errors);
}
