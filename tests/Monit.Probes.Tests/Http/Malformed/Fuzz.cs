namespace Monit.Probes.Tests.Http.Malformed;

[Trait("Speed", "Slow")]
public sealed class FuzzOnFast() : FuzzSuite(Sender.FastOnEpoll);

[Trait("Speed", "Slow")]
public sealed class FuzzOnFull() : FuzzSuite(Sender.Full);
