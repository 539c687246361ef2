using System.Text.Json;
using Monit.Api.Http;
using Monit.Core.Checks.Settings;
using Monit.Core.Monitors;

namespace Monit.Api.Monitors;

/// <summary>A field of a monitor that its owner sets; <see cref="MonitorFields"/> lists them.</summary>
internal sealed class MonitorField
{
    private MonitorField(string name, Type type, Func<UptimeMonitor, object?> get, Action<UptimeMonitor, object?> set) =>
        (Name, Type, Get, Set) = (name, type, get, set);

    public delegate void Validation(UptimeMonitor monitor, MonitorOptions limits, FieldErrors errors);

    /// <summary>The name in JSON.</summary>
    public string Name { get; }

    public Type Type { get; }

    public Func<UptimeMonitor, object?> Get { get; }

    public Action<UptimeMonitor, object?> Set { get; }

    /// <summary>Whether a new monitor must be given it. Otherwise it has the value of <see cref="Default"/>.</summary>
    public bool Required { get; init; }

    /// <summary>Whether it may be null, so that an update with null clears it.</summary>
    public bool Nullable { get; init; }

    /// <summary>Whether checks depend on it: then a change raises the version, and workers hear of it.</summary>
    public bool AffectsCheck { get; init; }

    /// <summary>Whether its value is judged only when it is written: what was stored before a rule existed stays, and hinders no other change.</summary>
    public bool JudgedWhenWritten { get; init; }

    /// <summary>Whether the kind of check judges it, together with the others of which this is true.</summary>
    public bool JudgedByKind { get; init; }

    /// <summary>Its value if a new monitor is not given one, from the fields before it; null: that of a new <see cref="UptimeMonitor"/>.</summary>
    public Func<UptimeMonitor, object?>? Default { get; init; }

    /// <summary>Its range, for the OpenAPI document and, if it is a number, for its validation; null: it has none.</summary>
    public Func<MonitorOptions, FieldRange>? Range { get; init; }

    /// <summary>Whether it is a list of texts.</summary>
    public bool IsList => Type == typeof(List<string>);

    /// <summary>Reads its JSON, which is not null; null, with errors added, if that is not valid. Without it the serializer reads, and says less of what is wrong.</summary>
    public Func<JsonElement, FieldErrors, object?>? Read { get; private init; }

    /// <summary>Whether two values are the same.</summary>
    public Func<object?, object?, bool> AreSame { get; private init; } = Equals;

    private Validation? Further { get; init; }

    /// <summary>Adds an error if the value, which is not null, is invalid.</summary>
    public void Validate(UptimeMonitor monitor, MonitorOptions limits, FieldErrors errors)
    {
        if (Get(monitor) is int number && Range?.Invoke(limits) is var (min, max) && (number < min || number > max))
            errors.Add(Name, max == int.MaxValue ? $"must be at least {min}" : $"must be from {min} to {max}");
        else
            Further?.Invoke(monitor, limits, errors);
    }

    public static MonitorField Of<T>(
        string name, Func<UptimeMonitor, T> get, Action<UptimeMonitor, T> set, bool required = false, bool nullable = false,
        bool affectsCheck = false, bool judgedWhenWritten = false, bool judgedByKind = false, Func<UptimeMonitor, T>? byDefault = null,
        Func<MonitorOptions, FieldRange>? range = null, Validation? validate = null) =>
        new(name, typeof(T), monitor => get(monitor), (monitor, value) => set(monitor, (T)value!))
        {
            Required = required, Nullable = nullable, AffectsCheck = affectsCheck, JudgedWhenWritten = judgedWhenWritten, JudgedByKind = judgedByKind,
            Default = byDefault is null ? null : monitor => byDefault(monitor), Range = range, Further = validate,
        };

    /// <summary>A part of a monitor's <see cref="CheckSettings"/>, which a request replaces as a whole.</summary>
    /// <param name="with">The settings with another value of this part.</param>
    /// <param name="read">Null: by the shape of its type.</param>
    public static MonitorField Part<T>(
        string name, Func<CheckSettings, T?> get, Func<CheckSettings, T?, CheckSettings> with, Func<JsonElement, FieldErrors, T?>? read = null) where T : class =>
        new(name, typeof(T), monitor => get(monitor.Settings), (monitor, value) => monitor.Settings = with(monitor.Settings, (T?)value))
        {
            Nullable = true, AffectsCheck = true, JudgedWhenWritten = true, JudgedByKind = true,
            Read = read ?? ((json, errors) => JsonShape.Read<T>(json, name, errors)),
            AreSame = (one, other) => with(CheckSettings.None, (T?)one) == with(CheckSettings.None, (T?)other),
        };
}
