using System.ComponentModel.DataAnnotations;

namespace Monit.Worker.Jobs;

/// <summary>Section <c>ResultProcessor</c>.</summary>
internal sealed class GoodCheckOptions
{
    /// <summary>The memory for the last good checks that incidents are kept with, in bytes, 0..1 GiB; default 16 MiB, some 10 000 monitors; 0: none are kept.</summary>
    [Range(0, 1 << 30)]
    public int LastGoodBytes { get; set; } = 16 << 20;
}
