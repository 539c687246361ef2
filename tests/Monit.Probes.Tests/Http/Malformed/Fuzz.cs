namespace Monit.Probes.Tests.Http.Malformed;

public sealed class FuzzOnFast() : FuzzSuite(Sender.FastOnEpoll);
