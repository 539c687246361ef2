namespace Monit.Storage.Sql;

/// <summary>What became of removing a part of a table.</summary>
public enum PartRemoval
{
    /// <summary>Nothing of it is left.</summary>
    Done,
    /// <summary>There are more rows.</summary>
    More,
    /// <summary>Others use the table. Nobody shall wait behind one who waits for them: try again later.</summary>
    Busy,
}
