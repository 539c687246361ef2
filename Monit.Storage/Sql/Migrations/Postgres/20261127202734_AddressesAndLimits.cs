using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Monit.Storage.Sql.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class AddressesAndLimits : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "alert_addresses",
                columns: table => new
                {
                    user_id = table.Column<Guid>(type: "uuid", nullable: false),
                    address = table.Column<string>(type: "character varying(320)", maxLength: 320, nullable: false),
                    confirmed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    ask_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    asked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    token_hash = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    token_expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_alert_addresses", x => new { x.user_id, x.address });
                    table.ForeignKey(
                        name: "fk_alert_addresses_users_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "mail_counts",
                columns: table => new
                {
                    day = table.Column<int>(type: "integer", nullable: false),
                    key = table.Column<string>(type: "character varying(340)", maxLength: 340, nullable: false),
                    count = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_mail_counts", x => new { x.day, x.key });
                });

            // What this version finds counts as confirmed: nobody's alerts may stop with an upgrade.
            migrationBuilder.Sql("""
                INSERT INTO alert_addresses (user_id, address, confirmed_at)
                SELECT user_id, address, now() FROM (
                    SELECT id AS user_id, lower(btrim(email) COLLATE "C") AS address FROM users
                    UNION
                    SELECT user_id, lower(btrim(alert_email) COLLATE "C") FROM monitors WHERE alert_email IS NOT NULL
                ) AS known WHERE address <> ''
                """);

            // The alerts last: their lock keeps their writers waiting.
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "given_up_at",
                table: "alerts",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "held_until",
                table: "alerts",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "unconfirmed_since",
                table: "alerts",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "answer",
                table: "alert_attempts",
                type: "character varying(500)",
                maxLength: 500,
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_alerts_given_up",
                table: "alerts",
                column: "given_up_at",
                filter: "given_up_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_alert_addresses_address",
                table: "alert_addresses",
                column: "address");

            migrationBuilder.CreateIndex(
                name: "ix_alert_addresses_ask",
                table: "alert_addresses",
                column: "ask_at",
                filter: "ask_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_alert_addresses_token_hash",
                table: "alert_addresses",
                column: "token_hash",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "alert_addresses");

            migrationBuilder.DropTable(
                name: "mail_counts");

            migrationBuilder.DropIndex(
                name: "ix_alerts_given_up",
                table: "alerts");

            migrationBuilder.DropColumn(
                name: "given_up_at",
                table: "alerts");

            migrationBuilder.DropColumn(
                name: "held_until",
                table: "alerts");

            migrationBuilder.DropColumn(
                name: "unconfirmed_since",
                table: "alerts");

            migrationBuilder.DropColumn(
                name: "answer",
                table: "alert_attempts");
        }
    }
}
