using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Monit.Storage.Sql.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class History : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "known_states",
                columns: table => new
                {
                    monitor_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    user_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    state = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_known_states", x => x.monitor_id);
                    table.ForeignKey(
                        name: "fk_known_states_monitors_monitor_id",
                        column: x => x.monitor_id,
                        principalTable: "monitors",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "monitor_spans",
                columns: table => new
                {
                    monitor_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    kind = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    from_time = table.Column<long>(type: "INTEGER", nullable: false),
                    to_time = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_monitor_spans", x => new { x.monitor_id, x.kind, x.from_time });
                    table.ForeignKey(
                        name: "fk_monitor_spans_monitors_monitor_id",
                        column: x => x.monitor_id,
                        principalTable: "monitors",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "result_months",
                columns: table => new
                {
                    monitor_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    month = table.Column<DateOnly>(type: "TEXT", nullable: false),
                    checks = table.Column<int>(type: "INTEGER", nullable: false),
                    failed = table.Column<int>(type: "INTEGER", nullable: false),
                    latency = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_result_months", x => new { x.monitor_id, x.month });
                    table.ForeignKey(
                        name: "fk_result_months_monitors_monitor_id",
                        column: x => x.monitor_id,
                        principalTable: "monitors",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "result_windows",
                columns: table => new
                {
                    monitor_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    start = table.Column<long>(type: "INTEGER", nullable: false),
                    data = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_result_windows", x => x.monitor_id);
                    table.ForeignKey(
                        name: "fk_result_windows_monitors_monitor_id",
                        column: x => x.monitor_id,
                        principalTable: "monitors",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "roll_ups",
                columns: table => new
                {
                    day = table.Column<DateOnly>(type: "TEXT", nullable: false),
                    slice = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_roll_ups", x => new { x.day, x.slice });
                });

            migrationBuilder.CreateTable(
                name: "state_counts",
                columns: table => new
                {
                    user_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    state = table.Column<int>(type: "INTEGER", nullable: false),
                    count = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_state_counts", x => new { x.user_id, x.state });
                    table.ForeignKey(
                        name: "fk_state_counts_users_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            // Without row ids a row lies in its key, which comes in the order of time. EF does not know that.
            migrationBuilder.Sql("""
                CREATE TABLE result_chunks (
                    start INTEGER NOT NULL, monitor_id TEXT NOT NULL, data BLOB NOT NULL,
                    CONSTRAINT pk_result_chunks PRIMARY KEY (start, monitor_id)) WITHOUT ROWID;
                CREATE TABLE result_days (
                    day TEXT NOT NULL, monitor_id TEXT NOT NULL, checks INTEGER NOT NULL, failed INTEGER NOT NULL, latency BLOB NOT NULL,
                    CONSTRAINT pk_result_days PRIMARY KEY (day, monitor_id)) WITHOUT ROWID;
                CREATE TABLE result_day_summaries (
                    day TEXT NOT NULL, monitor_id TEXT NOT NULL, checks INTEGER NOT NULL, failed INTEGER NOT NULL, latency BLOB NOT NULL,
                    CONSTRAINT pk_result_day_summaries PRIMARY KEY (day, monitor_id)) WITHOUT ROWID;
                """);

            // What is there counts from now on: what was before is not known.
            migrationBuilder.Sql("INSERT INTO settings (key, value) VALUES ('history.since', strftime('%Y-%m-%dT%H:%M:%SZ', 'now')) ON CONFLICT DO NOTHING");
            migrationBuilder.Sql("INSERT INTO monitor_spans (monitor_id, kind, from_time) SELECT id, 'paused', CAST(unixepoch('now', 'subsec') * 1000000 AS INTEGER) FROM monitors WHERE NOT enabled");
            migrationBuilder.Sql("""
                INSERT INTO known_states (monitor_id, user_id, state)
                SELECT m.id, m.user_id, CASE WHEN NOT m.enabled THEN 5 WHEN i.severity = 'down' THEN 3 WHEN i.severity = 'degraded' THEN 6 ELSE 1 END
                FROM monitors m LEFT JOIN monitor_incidents i ON i.monitor_id = m.id AND i.end_time IS NULL
                """);
            migrationBuilder.Sql("INSERT INTO state_counts (user_id, state, count) SELECT user_id, state, count(*) FROM known_states GROUP BY user_id, state");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP TABLE result_chunks; DROP TABLE result_days; DROP TABLE result_day_summaries; DELETE FROM settings WHERE key = 'history.since'");

            migrationBuilder.DropTable(
                name: "known_states");

            migrationBuilder.DropTable(
                name: "monitor_spans");

            migrationBuilder.DropTable(
                name: "result_months");

            migrationBuilder.DropTable(
                name: "result_windows");

            migrationBuilder.DropTable(
                name: "roll_ups");

            migrationBuilder.DropTable(
                name: "state_counts");
        }
    }
}
