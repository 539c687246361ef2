namespace Monit.Probes.Tests.Http.Malformed;

public sealed class FuzzOnFast() : FuzzSuite(Sender.FastOnEpoll);

public sealed class FuzzOnFull() : FuzzSuite(Sender.Full);
