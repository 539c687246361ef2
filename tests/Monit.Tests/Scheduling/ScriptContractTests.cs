using System.Reflection;
using Monit.Storage.Schedule;

namespace Monit.Tests.Scheduling;

/// <summary>The headers of scripts match their code: name, keys, arguments, reply.</summary>
public sealed class ScriptContractTests
{
    private static readonly Assembly Core = typeof(RedisScript).Assembly;

    private static readonly RedisScript[] Exposed = [.. typeof(RedisScript)
        .GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.GetValue(null)).OfType<RedisScript>()];

    public static TheoryData<string> Scripts => [.. Exposed.Select(script => script.Name)];

    [Theory, MemberData(nameof(Scripts))]
    public void Script_KeepsTheContract(string name) =>
        Assert.Empty(ScriptContract.Violations($"{name}.lua", Exposed.Single(script => script.Name == name).Text));

    [Fact]
    public void RedisScript_ExposesEveryScript_ButTheIncludedOne()
    {
        Assert.Equal(Core.GetManifestResourceNames().Where(name => name.EndsWith(".lua", StringComparison.Ordinal)).Order(),
            Exposed.Select(script => $"{script.Name}.lua").Append("announce.lua").Order());
        Assert.All(Exposed, script => Assert.All(script.Keys, key => Assert.Contains(key, ScriptContract.KeyNames)));
        Assert.Equal(["schedule", "remove"], Exposed.Where(script => script.Text.Contains("-- announce: ", StringComparison.Ordinal)).Select(script => script.Name));
    }

    private const string Good = """
        -- good: does good.
        --
        -- KEYS[1] schedule
        -- KEYS[2] meta
        --
        -- ARGV[1] limit
        -- ARGV[2..] two a job: id, token
        --
        -- Reply: nothing.
        local limit = ARGV[1]
        for i = 2, #ARGV, 2 do
          local id, token = ARGV[i], ARGV[i + 1]
          limit = redis.call('ZSCORE', KEYS[1], id)
          redis.call('HSET', KEYS[2], id, token)
        end
        return limit
        """;

    [Fact]
    public void Contract_OfAGoodScript_IsKept() => Assert.Empty(ScriptContract.Violations("good.lua", Good));

    [Theory]
    [InlineData(2, true), InlineData(3, false)]
    public void Contract_OfRuns_BeginsWhereItIsDeclared(int begin, bool kept) =>
        Assert.Equal(kept, ScriptContract.Violations("good.lua", $"""
            -- good: takes runs.
            --
            -- KEYS[1] schedule
            --
            -- ARGV[1] limit
            -- ARGV[2..] runs of jobs: token, number; then for each job: id
            --
            -- Reply: nothing.
            local limit = ARGV[1]
            local i = {begin}
            while i <= #ARGV do
              redis.call('ZSCORE', KEYS[1], ARGV[i])
              i = i + 1
            end
            return limit
            """).Count == 0);

    [Theory]
    [InlineData("-- good:", "-- better:")]
    [InlineData("-- KEYS[2] meta\n", "")]
    [InlineData("-- KEYS[2] meta", "-- KEYS[3] meta")]
    [InlineData("-- KEYS[2] meta", "-- KEYS[2] metal")]
    [InlineData("-- KEYS[2] meta", "-- KEYS[2] meta\n-- KEYS[3] config")]
    [InlineData("-- ARGV[1] limit\n", "")]
    [InlineData("-- ARGV[1] limit", "-- ARGV[1] limit\n-- ARGV[2] lease")]
    [InlineData("-- ARGV[2..] two", "-- ARGV[3..] two")]
    [InlineData("-- ARGV[2..] two", "-- ARGV[2..] three")]
    [InlineData("-- ARGV[2..] two a job: id, token\n", "")]
    [InlineData("local limit = ARGV[1]", "local limit = ARGV[2]")]
    [InlineData("local limit = ARGV[1]", "local limit = ARGV[#ARGV]")]
    [InlineData("ARGV[i + 1]", "ARGV[i + 2]")]
    [InlineData("ARGV[i + 1]", "ARGV[i]")]
    [InlineData("for i = 2, #ARGV, 2", "for i = 2, #ARGV, 3")]
    [InlineData("for i = 2, #ARGV, 2", "for i = 1, #ARGV, 2")]
    [InlineData("-- Reply: nothing.", "-- No reply.")]
    [InlineData("'HSET', KEYS[2]", "'HSET', KEYS[3]")]
    [InlineData("'HSET', KEYS[2]", "'HSET', 'meta'")]
    [InlineData("'HSET', KEYS[2]", "'HSET', id")]
    [InlineData("redis.call('HSET', KEYS[2], id, token)", "redis.pcall('HSET', KEYS[2], id, token)")]
    [InlineData("  limit = redis", "  limits = redis")]
    [InlineData("return limit", "function help() end\nreturn limit")]
    [InlineData("-- good:", "#!lua\n-- good:")]
    public void Contract_Tampered_IsBroken(string from, string to)
    {
        var tampered = Good.Replace(from, to, StringComparison.Ordinal);
        Assert.NotEqual(Good, tampered);
        Assert.NotEmpty(ScriptContract.Violations("good.lua", tampered));
    }
}
