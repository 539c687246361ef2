namespace Monit.Probes.Tests.Http.Malformed;

public sealed class MalformedOnFast() : MalformedSuite(Sender.FastOnEpoll);

public sealed class MalformedOnFull() : MalformedSuite(Sender.Full);
