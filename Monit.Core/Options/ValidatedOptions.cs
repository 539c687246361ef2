using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Monit.Core.Options;

/// <summary>Options that are bound to a section and validated at start; error messages contain the setting's full name.</summary>
public static class ValidatedOptions
{
    /// <summary>Binds <typeparamref name="T"/> to a section. An invalid value stops the start with an error that names <c>Section:Name</c> and the range.</summary>
    public static OptionsBuilder<T> AddValidatedOptions<T>(this IServiceCollection services, string section) where T : class
    {
        services.AddSingleton<IValidateOptions<T>>(new SectionValidator<T>(section));
        return services.AddOptionsWithValidateOnStart<T>().BindConfiguration(section);
    }

    private sealed class SectionValidator<T>(string section) : IValidateOptions<T> where T : class
    {
        public ValidateOptionsResult Validate(string? name, T options)
        {
            var problems = new List<ValidationResult>();
            return Validator.TryValidateObject(options, new ValidationContext(options), problems, validateAllProperties: true)
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail(problems.Select(Describe));
        }

        private string Describe(ValidationResult problem)
        {
            var setting = $"{section}:{problem.MemberNames.FirstOrDefault()}";
            var text = problem.ErrorMessage!.Replace($"The field {problem.MemberNames.FirstOrDefault()} ", $"{setting} ", StringComparison.Ordinal);
            return text.Contains(setting, StringComparison.Ordinal) ? text : $"{setting}: {text}";
        }
    }
}
