// Starts whole installations.
[assembly: Trait("Speed", "Slow")]
