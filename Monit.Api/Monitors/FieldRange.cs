namespace Monit.Api.Monitors;

/// <summary>What a field may be: of a number the least and the greatest value, of a text the number of characters.</summary>
internal readonly record struct FieldRange(int Min, int Max);
