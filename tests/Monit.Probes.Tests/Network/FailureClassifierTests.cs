using System.Net.Sockets;
using System.Security.Authentication;
using Monit.Core.Checks;
using Monit.Probes.Network;
using Monit.Probes.Network.Tls;

namespace Monit.Probes.Tests.Network;

public sealed class FailureClassifierTests
{
    private static (FailureReason?, FailureKind) Classify(Exception inner)
    {
        var result = FailureClassifier.Classify(inner);
        return (result?.Reason, result?.Kind ?? FailureKind.None);
    }

    [Theory]
    [InlineData(SocketError.HostNotFound, FailureReason.DnsFailure, FailureKind.Terminal)]
    [InlineData(SocketError.NoData, FailureReason.DnsFailure, FailureKind.Terminal)]
    [InlineData(SocketError.TryAgain, FailureReason.DnsFailure, FailureKind.Retryable)]
    [InlineData(SocketError.NoRecovery, FailureReason.DnsFailure, FailureKind.Retryable)]
    [InlineData(SocketError.TimedOut, FailureReason.NetworkTimeout, FailureKind.Retryable)]
    [InlineData(SocketError.ConnectionRefused, FailureReason.NetworkError, FailureKind.Retryable)]
    [InlineData(SocketError.ConnectionReset, FailureReason.NetworkError, FailureKind.Retryable)]
    [InlineData(SocketError.HostUnreachable, FailureReason.NetworkError, FailureKind.Retryable)]
    internal void SocketErrors(SocketError error, FailureReason reason, FailureKind kind) =>
        Assert.Equal((reason, kind), Classify(new SocketException((int)error)));

    [Fact]
    public void DnsServfail_IsNotTerminal() =>
        Assert.Equal(FailureKind.Retryable, Classify(new SocketException((int)SocketError.TryAgain)).Item2);

    [Fact]
    public void Tls_IsDefinite() => Assert.Equal((FailureReason.TlsError, FailureKind.Definite), Classify(new AuthenticationException()));

    [Fact]
    public void Tls_KeepsItsDetail() => Assert.Equal(
        new Failure(FailureReason.TlsError, FailureKind.Definite, "incomplete chain"),
        FailureClassifier.Classify(new HttpRequestException("outer", new TlsException("incomplete chain"))));

    [Fact]
    public void Blocked_IsDefinite() => Assert.Equal((FailureReason.BlockedTarget, FailureKind.Definite), Classify(new BlockedTargetException()));

    [Fact]
    public void BrokenConnection_IsANetworkError() => Assert.Equal((FailureReason.NetworkError, FailureKind.Retryable), Classify(new IOException("reset")));

    [Fact]
    public void Cause_IsFoundInInnerExceptions() =>
        Assert.Equal((FailureReason.TlsError, FailureKind.Definite), Classify(new IOException("outer", new AuthenticationException())));

    [Fact]
    public void InternalError_IsNotAnOutage() => Assert.Null(FailureClassifier.Classify(new InvalidOperationException()));
}
