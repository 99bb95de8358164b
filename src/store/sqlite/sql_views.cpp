#include "store/sqlite/sql_views.hpp"

#include <sqlite3.h>

#include <array>
#include <string_view>

#include "store/documents.hpp"
#include "store/sql_query.hpp"

namespace joulecast::store {
namespace {

using enum SqlType;

SqlView runs_view() {
  return {
      "runs",
      "A stored run, as in `joulecast list`",
      {{"id", text, "", "The run's id; `run` in every other view"},
       {"name", text, "", "As the user named it"},
       {"status", text, "", "running, finished, failed, interrupted or stopped"},
       {"exit_status", integer, "", "Of the measured command"},
       {"started", text, "", "UTC, like 2026-02-01T13:45:07Z"},
       {"duration_s", real, "s", "So far, for a running run"},
       {"energy_j", real, "J", "The total, so far for a running run; NULL where nothing is known"},
       {"provenance", text, "", "Of the total's worst part: measured, modelled, assumed or missing"},
       {"missing", text, "", "Components that are not in the total, as a JSON list"},
       {"coverage", real, "share", "Of the time that has readings, weighted by energy"},
       {"not_measured_s", real, "s", "Time of which the total counts nothing, where it is worth telling"},
       {"epochs", integer, "", "How many have ended"},
       {"host", text, "", "Name of the machine"},
       {"cpu", text, "", "Model of the processor"},
       {"gpus", text, "", "Names of the GPUs, as a JSON list"},
       {"source", text, "", "What the run was made or imported from"},
       {"architecture", text, "", "The network"},
       {"framework", text, "", ""},
       {"dataset", text, "", ""},
       {"batch_size", real, "samples", ""},
       {"total_work", real, "work_unit", "Planned work"},
       {"work_unit", text, "", "epoch, step …"},
       {"idle_w", real, "W", "Idle power, measured before the start"},
       {"sampler_cpu_s", real, "s", "Processor time that measuring took"},
       {"command", text, "", "The measured command, as a JSON list"},
       {"project", text, "", "Value of the tag `project`"},
       {"tags", text, "", "All tags, as a JSON object"},
       {"notes", text, "", "Losses, suspends, clock steps, as a JSON list"},
       {"continues", text, "", "The run that it goes on with, where a training is several runs; else NULL"}}};
}

SqlView tags_view() {
  return {
      "tags", "A label of a run", {{"run", text, "", ""}, {"name", text, "", ""}, {"value", text, "", ""}}};
}

SqlView metrics_view() {
  return {"metrics",
          "A value that the training reported",
          {{"run", text, "", ""},
           {"time_s", real, "s", "Since the run's start"},
           {"epoch", integer, "", "As the training named it"},
           {"name", text, "", "loss, accuracy …"},
           {"value", real, "", "NULL = not a number"}}};
}

SqlView sensors_view() {
  return {"sensors",
          "A source of readings, also one that could not be used",
          {{"run", text, "", ""},
           {"sensor", text, "", ""},
           {"used", integer, "", "1 or 0"},
           {"reason", text, "", "Why it was not used, or how it ended"},
           {"readings", integer, "", ""},
           {"failed_readings", integer, "", ""},
           {"mean_latency_s", real, "s", "Of one reading"},
           {"max_latency_s", real, "s", ""}}};
}

}  // namespace

std::string_view name_of(SqlType type) {
  switch (type) {
    case text:
      return "TEXT";
    case integer:
      return "INTEGER";
    case real:
      return "REAL";
  }
  return "TEXT";
}

SqlValue sql_list(const std::vector<std::string>& texts) {
  return to_document(texts);
}
SqlValue sql_object(const std::map<std::string, double>& numbers) {
  return to_document(numbers);
}

std::vector<SqlView> stored_views() {
  return {runs_view(), tags_view(), metrics_view(), sensors_view()};
}

namespace sqlite {
namespace {

/// A run whose total is not known yet is asked what it has used so far. Texts that are empty are unknown.
constexpr const char* view_texts = R"sql(
CREATE TEMP VIEW IF NOT EXISTS runs AS SELECT
  id,
  nullif(name, '') AS name,
  iif(total_known, status, joulecast_open_run(key, 'status')) AS status,
  exit_status,
  joulecast_time(started_ns) AS started,
  iif(total_known, end_s - begin_s, joulecast_open_run(key, 'duration_s')) AS duration_s,
  iif(total_known, energy_j, joulecast_open_run(key, 'energy_j')) AS energy_j,
  iif(total_known, energy_provenance, joulecast_open_run(key, 'provenance')) AS provenance,
  iif(total_known, energy_missing, joulecast_open_run(key, 'missing')) AS missing,
  iif(total_known, coverage, joulecast_open_run(key, 'coverage')) AS coverage,
  iif(total_known, not_measured_s, joulecast_open_run(key, 'not_measured_s')) AS not_measured_s,
  (SELECT count(*) FROM main.epoch WHERE epoch.run = run.key) AS epochs,
  nullif(hostname, '') AS host,
  json_extract(iif(json_valid(host), host, '{}'), '$.cpu_model') AS cpu,
  coalesce(json_extract(iif(json_valid(host), host, '{}'), '$.gpus'), '[]') AS gpus,
  json_extract(iif(json_valid(info), info, '{}'), '$.source') AS source,
  json_extract(iif(json_valid(info), info, '{}'), '$.architecture') AS architecture,
  json_extract(iif(json_valid(info), info, '{}'), '$.framework') AS framework,
  json_extract(iif(json_valid(info), info, '{}'), '$.dataset') AS dataset,
  json_extract(iif(json_valid(info), info, '{}'), '$.batch_size') AS batch_size,
  json_extract(iif(json_valid(info), info, '{}'), '$.total_work') AS total_work,
  json_extract(iif(json_valid(info), info, '{}'), '$.work_unit') AS work_unit,
  idle_baseline_w AS idle_w,
  sampler_cpu_s,
  command,
  (SELECT value FROM main.tag WHERE tag.run = run.key AND tag.name = 'project') AS project,
  (SELECT json_group_object(tag.name, value) FROM main.tag WHERE tag.run = run.key) AS tags,
  notes,
  nullif(continues, '') AS continues
FROM main.run;
CREATE TEMP VIEW IF NOT EXISTS tags AS
  SELECT id AS run, tag.name AS name, value FROM main.tag JOIN main.run ON run.key = tag.run;
CREATE TEMP VIEW IF NOT EXISTS metrics AS
  SELECT id AS run, time_s, epoch, metric.name AS name, value FROM main.metric JOIN main.run ON run.key = metric.run;
CREATE TEMP VIEW IF NOT EXISTS sensors AS
  SELECT id AS run, sensor.name AS sensor, used, nullif(reason, '') AS reason, readings, failed_readings,
    mean_latency_s, max_latency_s
  FROM main.sensor JOIN main.run ON run.key = sensor.run;
)sql";

std::string_view text_of(sqlite3_value* value) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

void answer(sqlite3_context* context, std::string_view text) {
  sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

/// joulecast_time(NANOSECONDS): as every other output writes a time.
void time(sqlite3_context* context, int, sqlite3_value** values) {
  if (sqlite3_value_type(values[0]) == SQLITE_NULL) return;
  answer(context, to_iso8601(WallTime{sqlite3_value_int64(values[0])}));
}

/// joulecast_open_run(KEY, COLUMN)
void open_run(sqlite3_context* context, int, sqlite3_value** values) {
  auto& views = *static_cast<StoredViews*>(sqlite3_user_data(context));
  const auto& row = views.row_of(sqlite3_value_int64(values[0]));
  const auto column = text_of(values[1]);
  if (!row) return;
  if (column == "status") answer(context, name_of(row->status));
  if (column == "duration_s") sqlite3_result_double(context, row->duration.value());
  if (column == "energy_j" && row->energy) sqlite3_result_double(context, row->energy->value());
  if (column == "provenance") answer(context, name_of(row->provenance));
  if (column == "coverage" && row->coverage) sqlite3_result_double(context, *row->coverage);
  if (column == "not_measured_s" && row->not_measured)
    sqlite3_result_double(context, row->not_measured->value());
  if (column == "missing") answer(context, to_document(row->missing));
}

struct Function {
  const char* name;
  int arguments;
  void (*call)(sqlite3_context*, int, sqlite3_value**);
};
constexpr std::array<Function, 2> functions{
    {{"joulecast_time", 1, time}, {"joulecast_open_run", 2, open_run}}};

int declare(sqlite3* database, const Function& function, StoredViews* views) {
  return sqlite3_create_function_v2(database, function.name, function.arguments,
                                    SQLITE_UTF8 | SQLITE_INNOCUOUS, views,
                                    views != nullptr ? function.call : nullptr, nullptr, nullptr, nullptr);
}

}  // namespace

StoredViews::StoredViews(Database& database, RowReader read_row)
    : database_(database), read_row_(std::move(read_row)) {
  for (const auto& function : functions)
    if (declare(database_.handle(), function, this) != SQLITE_OK)
      status_ = fail(ErrorKind::retry, database_.where(), "cannot prepare the store for a query");
  // A migrated copy of an old store is read-only in a way that also forbids views of this connection alone.
  if (status_) status_ = database_.script("PRAGMA query_only = OFF");
  if (status_) status_ = database_.script(view_texts);
}

StoredViews::~StoredViews() {
  for (const auto& function : functions) (void)declare(database_.handle(), function, nullptr);
}

const std::optional<RunRow>& StoredViews::row_of(std::int64_t key) {
  const auto known = rows_.find(key);
  if (known != rows_.end()) return known->second;
  auto row = read_row_(key);
  return rows_.emplace(key, row ? std::optional(std::move(*row)) : std::nullopt).first->second;
}

}  // namespace sqlite
}  // namespace joulecast::store
