using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Monit.Storage.Sql.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class AlertDestinations : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "destination",
                table: "alerts",
                type: "TEXT",
                maxLength: 64,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<int>(
                name: "step",
                table: "alerts",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "subject",
                table: "alerts",
                type: "TEXT",
                maxLength: 128,
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_alerts_subject_kind_destination_step",
                table: "alerts",
                columns: new[] { "subject", "kind", "destination", "step" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_alerts_subject_kind_destination_step",
                table: "alerts");

            migrationBuilder.DropColumn(
                name: "destination",
                table: "alerts");

            migrationBuilder.DropColumn(
                name: "step",
                table: "alerts");

            migrationBuilder.DropColumn(
                name: "subject",
                table: "alerts");
        }
    }
}
