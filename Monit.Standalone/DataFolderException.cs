namespace Monit.Standalone;

/// <summary>The data folder cannot be used; the message tells the user what to do.</summary>
internal sealed class DataFolderException(string message) : Exception(message);
