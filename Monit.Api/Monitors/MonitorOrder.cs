using Monit.Api.Http;
using Monit.Core.Monitors;

namespace Monit.Api.Monitors;

/// <summary>
/// An order of the monitor list: by a key, and where that is the same by creation. It is the same on both databases, whatever
/// their collations; a cursor of one order is none of another.
/// </summary>
internal sealed class MonitorOrder
{
    // What needs attention first.
    private static readonly MonitorState[] ByUrgency =
    [
        MonitorState.Down, MonitorState.Parked, MonitorState.Failing, MonitorState.Degraded, MonitorState.Pending, MonitorState.Up, MonitorState.Paused,
    ];

    private static readonly MonitorOrder[] All =
    [
        new("created_at", 0, (_, _) => ""),
        // Those without a name follow; in any case of letters.
        new("name", 1, (name, _) => name is { Length: > 0 } ? $"0{name.ToUpperInvariant()}" : "1"),
        new("state", 2, (_, state) => $"{(char)('0' + Array.IndexOf(ByUrgency, state))}") { NeedsStates = true },
    ];

    private readonly byte _number;
    private readonly Func<string?, MonitorState, string> _key;

    private MonitorOrder(string name, byte number, Func<string?, MonitorState, string> key) => (Name, _number, _key) = (name, number, key);

    public static string[] Names { get; } = [.. All.Select(order => order.Name)];

    public string Name { get; }

    public bool NeedsStates { get; private init; }

    /// <summary>Whether it is the order of the ids, which SQL has an index of.</summary>
    public bool IsByCreation => _number == 0;

    public static MonitorOrder Of(string? name) => All.FirstOrDefault(order => order.Name == name) ?? All[0];

    /// <summary>Whether a cursor is one of any order.</summary>
    public static bool IsPlace(string cursor) => All.Any(order => order.TryPlace(cursor, out _));

    /// <summary>Where a monitor stands.</summary>
    public Place PlaceOf(Guid id, string? name, MonitorState state) => new(_key(name, state), id);

    public string Cursor(Place place) => IsByCreation ? PlaceInList.Encode(place.Id) : PlaceInList.Encode(_number, place.Key, place.Id);

    public bool TryPlace(string cursor, out Place place)
    {
        var key = "";
        var known = IsByCreation ? PlaceInList.TryDecode(cursor, out var id) : PlaceInList.TryDecode(cursor, _number, out key, out id);
        place = new(key, id);
        return known;
    }

    public readonly record struct Place(string Key, Guid Id) : IComparable<Place>
    {
        public int CompareTo(Place other) => string.CompareOrdinal(Key, other.Key) is not 0 and var by ? by : Id.CompareTo(other.Id);
        public static bool operator <(Place one, Place other) => one.CompareTo(other) < 0;
        public static bool operator >(Place one, Place other) => one.CompareTo(other) > 0;
        public static bool operator <=(Place one, Place other) => one.CompareTo(other) <= 0;
        public static bool operator >=(Place one, Place other) => one.CompareTo(other) >= 0;
    }
}
