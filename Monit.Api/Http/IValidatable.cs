namespace Monit.Api.Http;

/// <summary>A request that validates itself; called before its handler runs.</summary>
public interface IValidatable
{
    void Validate(FieldErrors errors);
}
