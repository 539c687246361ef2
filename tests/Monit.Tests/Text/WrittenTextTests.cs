using System.Text;
using Monit.Core.Text;

namespace Monit.Tests.Text;

/// <summary>The text rule refuses whole kinds of characters, and no language.</summary>
public sealed class WrittenTextTests
{
    [Theory]
    [InlineData("")]
    [InlineData("Ada Lovelace")]
    [InlineData("Zoë  O’Brien-Müller, Jr.")]
    [InlineData("Renée (e\u0301)")]
    [InlineData("Αθήνα Москва ירושלים القاهرة 東京 서울 กรุงเทพ दिल्ली")]
    [InlineData("می\u200Cخواهم")]
    [InlineData("ශ්\u200Dරී ලංකා")]
    [InlineData("क्\u200Dष")]
    [InlineData("👨\u200D👩\u200D👧\u200D👦 ❤\uFE0F 🏳\uFE0F\u200D🌈 👩🏽\u200D🚀 1\uFE0F⃣ 🇩🇪 ☎\uFE0E")]
    [InlineData("葛\U000E0100城")]
    [InlineData("a\u00A0b\u3000c")]
    [InlineData("→ 100 % ✓ <b>&amp;")]
    public void Texts_OfAllLanguages_AreClean(string text) => Assert.True(WrittenText.IsClean(text));

    [Theory]
    [InlineData("tab\there")]
    [InlineData("nul\0")]
    [InlineData("line\nbreak")]
    [InlineData("c1\u0085")]
    [InlineData("\u2800\u2800")]
    [InlineData("\u0301")]
    [InlineData("\u200D")]
    [InlineData("a\u200Db")]
    [InlineData("日\u200D本")]
    [InlineData("می\u200C")]
    [InlineData("می\u200C\u200Cخ")]
    [InlineData("\u200Cخ")]
    [InlineData("👩\u200D")]
    [InlineData("👩\u200Dx")]
    [InlineData("a\uFE0F")]
    [InlineData("\uFE0F")]
    [InlineData("❤\uFE0F\uFE0F")]
    [InlineData("a\U000E0101b")]
    [InlineData("tag🏴\U000E0067\U000E007F")]
    [InlineData("\uFFFE noncharacter")]
    public void Texts_ThatHideSomething_AreNot(string text) => Assert.False(WrittenText.IsClean(text));

    // Not as arguments of an attribute, which is stored in UTF-8 and would lose them.
    [Fact]
    public void HalfASurrogatePair_IsNotClean() =>
        Assert.All(["half\uD800x", "half\uDC00", "end\uD83D", "\uDE00\uD83D"], text => Assert.False(WrittenText.IsClean(text)));

    /// <summary>Unicode's list of what is not shown (Default_Ignorable_Code_Point), and what turns or breaks lines.</summary>
    [Fact]
    public void EveryInvisibleCharacter_IsRefusedBetweenLetters()
    {
        (int From, int To)[] hidden =
        [
            (0x00, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
            (0x200B, 0x200F), (0x2028, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xE000, 0xE001), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
            (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFC), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF), (0xF0000, 0xF0010), (0x10FFFE, 0x10FFFF),
        ];
        Assert.All(hidden.SelectMany(range => Enumerable.Range(range.From, range.To - range.From + 1)),
            value => Assert.False(WrittenText.IsClean($"a{new Rune(value)}b"), $"U+{value:X4}"));
    }

    [Theory]
    [InlineData("ada@example.com", true)]
    [InlineData("ada.lovelace+monit@mail.example.co.uk", true)]
    [InlineData("o'brien@example-1.com", true)]
    [InlineData("köchin@bücher.example", true)]
    [InlineData("root@localhost", true)]
    [InlineData("用户@例子.广告", true)]
    [InlineData("a@example.com.", false)]
    [InlineData("a@.example.com", false)]
    [InlineData("a@example..com", false)]
    [InlineData("a.@example.com", false)]
    [InlineData(".a@example.com", false)]
    [InlineData("a..b@example.com", false)]
    [InlineData("a@-example.com", false)]
    [InlineData("a@example.com-", false)]
    [InlineData("a@example。com", false)]
    [InlineData("a@exa⁄mple.com", false)]
    [InlineData("a@[127.0.0.1]", false)]
    [InlineData("a@b@c", false)]
    [InlineData("a b@example.com", false)]
    [InlineData("Ada <a@example.com>", false)]
    [InlineData("a@example.com, b@example.com", false)]
    [InlineData("a\u200D@example.com", false)]
    [InlineData("می\u200Cخ@example.com", false)]
    [InlineData("a\u2003@example.com", false)]
    [InlineData("", false)]
    [InlineData("@", false)]
    public void Addresses_AreOnesThatMailProgramsReadAlike(string text, bool valid) => Assert.Equal(valid, EmailAddress.IsValid(text));
}
