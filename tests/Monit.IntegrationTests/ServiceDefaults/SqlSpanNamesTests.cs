using Monit.ServiceDefaults;

namespace Monit.IntegrationTests.ServiceDefaults;

public sealed class SqlSpanNamesTests
{
    [Theory]
    [InlineData("SELECT m.id FROM monitors AS m WHERE m.id = @p", "SELECT monitors")]
    [InlineData("\n  insert into monitor_incidents (id) VALUES ($1)", "INSERT monitor_incidents")]
    [InlineData("UPDATE alerts AS a SET status = 'x'", "UPDATE alerts")]
    [InlineData("DELETE FROM \"settings\" WHERE key = $1", "DELETE settings")]
    [InlineData("COPY monitors (id) FROM STDIN (FORMAT BINARY)", "COPY monitors")]
    [InlineData("SELECT 1", null)]
    [InlineData("BEGIN", null)]
    public void Name_IsTheStatementAndItsTable(string sql, string? name) => Assert.Equal(name, SqlSpanNames.NameOf(sql));
}
