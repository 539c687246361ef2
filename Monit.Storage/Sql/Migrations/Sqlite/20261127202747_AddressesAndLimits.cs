using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Monit.Storage.Sql.Migrations.Sqlite
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
                    user_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    address = table.Column<string>(type: "TEXT", maxLength: 320, nullable: false),
                    confirmed_at = table.Column<long>(type: "INTEGER", nullable: true),
                    ask_at = table.Column<long>(type: "INTEGER", nullable: true),
                    asked_at = table.Column<long>(type: "INTEGER", nullable: true),
                    token_hash = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    token_expires_at = table.Column<long>(type: "INTEGER", nullable: true)
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
                    day = table.Column<int>(type: "INTEGER", nullable: false),
                    key = table.Column<string>(type: "TEXT", maxLength: 340, nullable: false),
                    count = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_mail_counts", x => new { x.day, x.key });
                });

            // What this version finds counts as confirmed: nobody's alerts may stop with an upgrade.
            migrationBuilder.Sql("""
                INSERT INTO alert_addresses (user_id, address, confirmed_at)
                SELECT user_id, address, unixepoch() * 1000000 FROM (
                    SELECT id AS user_id, lower(trim(email)) AS address FROM users
                    UNION
                    SELECT user_id, lower(trim(alert_email)) FROM monitors WHERE alert_email IS NOT NULL
                ) AS known WHERE address <> ''
                """);

            // The alerts last: their lock keeps their writers waiting.
            migrationBuilder.AddColumn<long>(
                name: "given_up_at",
                table: "alerts",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "held_until",
                table: "alerts",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "unconfirmed_since",
                table: "alerts",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "answer",
                table: "alert_attempts",
                type: "TEXT",
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
