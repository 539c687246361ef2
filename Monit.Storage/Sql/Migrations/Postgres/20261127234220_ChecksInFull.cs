using System;
using System.Collections.Generic;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Monit.Storage.Sql.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class ChecksInFull : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "any_status",
                table: "monitors",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<int>(
                name: "failure_threshold",
                table: "monitors",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "retries",
                table: "monitors",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "retry_delay_sec",
                table: "monitors",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "sealed_secrets",
                table: "monitors",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "settings",
                table: "monitors",
                type: "text",
                nullable: false,
                defaultValueSql: "''");

            migrationBuilder.AddColumn<int>(
                name: "success_threshold",
                table: "monitors",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<List<string>>(
                name: "tags",
                table: "monitors",
                type: "text[]",
                nullable: false,
                defaultValueSql: "'{}'");

            migrationBuilder.AddColumn<string>(
                name: "detail",
                table: "monitor_incidents",
                type: "character varying(8000)",
                maxLength: 8000,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "severity",
                table: "monitor_incidents",
                type: "character varying(16)",
                maxLength: 16,
                nullable: false,
                defaultValue: "down");

            migrationBuilder.CreateTable(
                name: "incident_evidence",
                columns: table => new
                {
                    incident_id = table.Column<Guid>(type: "uuid", nullable: false),
                    kind = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    data = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_incident_evidence", x => new { x.incident_id, x.kind });
                    table.ForeignKey(
                        name: "fk_incident_evidence_incidents_incident_id",
                        column: x => x.incident_id,
                        principalTable: "monitor_incidents",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_incident_evidence_at",
                table: "incident_evidence",
                column: "at");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "incident_evidence");

            migrationBuilder.DropColumn(
                name: "any_status",
                table: "monitors");

            migrationBuilder.DropColumn(
                name: "failure_threshold",
                table: "monitors");

            migrationBuilder.DropColumn(
                name: "retries",
                table: "monitors");

            migrationBuilder.DropColumn(
                name: "retry_delay_sec",
                table: "monitors");

            migrationBuilder.DropColumn(
                name: "sealed_secrets",
                table: "monitors");

            migrationBuilder.DropColumn(
                name: "settings",
                table: "monitors");

            migrationBuilder.DropColumn(
                name: "success_threshold",
                table: "monitors");

            migrationBuilder.DropColumn(
                name: "tags",
                table: "monitors");

            migrationBuilder.DropColumn(
                name: "detail",
                table: "monitor_incidents");

            migrationBuilder.DropColumn(
                name: "severity",
                table: "monitor_incidents");
        }
    }
}
