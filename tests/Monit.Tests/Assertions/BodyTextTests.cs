using System.Text;
using Monit.Core.Checks.Assertions;

namespace Monit.Tests.Assertions;

/// <summary>Bodies in other charsets are judged as the texts that they are.</summary>
public sealed class BodyTextTests
{
    private static Facts Answer(byte[] body, string? mediaType) => new()
    {
        BodyBytes = body,
        Headers = mediaType is null ? new Dictionary<string, IReadOnlyList<string>>() : new Dictionary<string, IReadOnlyList<string>> { ["content-type"] = [mediaType] },
    };

    private static bool Holds(string text, Facts facts) => ShortForm.TryParse(text, out var assertion, out _) && new AssertionEvaluator(assertion).Judge(facts).Ok;

    [Theory]
    [InlineData("text/html; charset=iso-8859-1", "windows-1252"), InlineData("text/html;charset=\"ISO-8859-1\"", "windows-1252"), InlineData("text/plain; format=flowed; Charset=windows-1252", "windows-1252"), InlineData("text/html; charset=latin1;", "windows-1252")]
    [InlineData("application/json; charset=utf-16", "utf-16"), InlineData("application/json; charset=utf-16be", "utf-16BE"), InlineData("text/html; charset=iso-8859-15", "iso-8859-15"), InlineData("text/html; charset=utf-32", "utf-32")]
    [InlineData("text/html; charset=UTF-8", "utf-8"), InlineData("text/html", "utf-8"), InlineData(null, "utf-8"), InlineData("text/html; charset=", "utf-8"), InlineData("text/html; charset=unheard-of", "utf-8"), InlineData("text/html; charset=utf-7", "utf-8")]
    public void Body_IsReadInItsCharset(string? mediaType, string charset)
    {
        const string Text = "{\"größe\": \"5 €\", \"n\": 1}";
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(charset) ?? Encoding.GetEncoding(charset);
        foreach (var marked in (bool[])[false, true])
        {
            // The mark of UTF-32 begins with that of UTF-16, and is taken for it.
            if (marked && charset is "utf-32")
                continue;
            var facts = Answer([.. marked ? encoding.GetPreamble() : [], .. encoding.GetBytes(Text)], marked ? null : mediaType);
            if (marked && encoding.GetPreamble().Length == 0)
                continue;
            Assert.True(Holds("body contains größe", facts), facts.Body);
            Assert.True(Holds("body not_contains \ufffd", facts), facts.Body);
            Assert.True(Holds("body matches 5.€", facts));
            Assert.True(Holds("json $['größe'] eq \"5 €\"", facts));
            Assert.True(Holds("json $.größe contains €", facts));
            Assert.Equal(Text, facts.Body!);
        }
    }

    [Fact]
    public void BytesWithoutMeaning_AreReplaced_AndBreakNothing()
    {
        var facts = Answer([.. "{\"a\": \""u8, 0xff, 0xed, 0xa0, 0x80, .. "\", \"b\": 1}"u8], null);
        Assert.True(Holds("json $.b eq 1", facts));
        Assert.True(Holds("json $.a contains \ufffd", facts));
        Assert.True(Holds("body contains \ufffd", facts));
        Assert.True(Holds("body not_contains \"error\"", facts));
    }

    [Fact]
    public void TextWithHalfACharacter_IsJudged()
    {
        var facts = new Facts { Body = "{\"a\": \"\ud800\", \"b\\udc00\": 2, \"b\": 1}" };
        Assert.True(Holds("json $.b eq 1", facts));
        Assert.True(Holds("json $.a exists", facts));
        Assert.False(Holds("json $.b\ufffd eq 2", facts));
    }

    [Fact]
    public void Bytes_AreParsedInMemoryThatIsUsedAgain()
    {
        var body = Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Range(0, 10_000))}]");
        Assert.True(ShortForm.TryParse("json $[9999] eq 9999", out var assertion, out _));
        var evaluator = new AssertionEvaluator(assertion);
        Judge();
        Judge();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            Judge();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100 * 4096);

        void Judge()
        {
            using var facts = Answer(body, null);
            Assert.True(evaluator.Judge(facts).Ok);
        }
    }
}
