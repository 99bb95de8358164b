#include "store/sqlite/computed_view.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <string_view>
#include <utility>

#include "store/sql/references.hpp"

namespace joulecast::store::sqlite {
namespace {

constexpr int run_column = 0;  // of every computed view
constexpr int all_runs = 0;    // plans that best_index() may choose
constexpr int one_run = 1;

struct Table : sqlite3_vtab {
  ComputedViewModule* module = nullptr;
};

struct Cursor : sqlite3_vtab_cursor {
  std::vector<std::int64_t> keys;  // of the runs to be read
  std::size_t next_run = 0;
  std::shared_ptr<const std::vector<SqlRow>> rows;  // of the present run; nothing at the end
  std::size_t row = 0;
  sqlite3_int64 row_number = 0;
};

Cursor& ours(sqlite3_vtab_cursor* cursor) {
  return *static_cast<Cursor*>(cursor);
}
ComputedViewModule& module_of(sqlite3_vtab_cursor* cursor) {
  return *static_cast<Table*>(cursor->pVtab)->module;
}

int connect(sqlite3* database, void* module, int, const char* const*, sqlite3_vtab** table, char**) {
  auto& ours = *static_cast<ComputedViewModule*>(module);
  std::string columns;
  for (const auto& column : ours.view().view.columns)
    columns += fmt::format("{}\"{}\" {}", columns.empty() ? "" : ", ", column.name, name_of(column.type));
  const int code = sqlite3_declare_vtab(database, fmt::format("CREATE TABLE view({})", columns).c_str());
  if (code != SQLITE_OK) return code;
  sqlite3_vtab_config(database, SQLITE_VTAB_INNOCUOUS);
  auto made = std::make_unique<Table>();
  made->module = &ours;
  *table = made.release();
  return SQLITE_OK;
}

int disconnect(sqlite3_vtab* table) {
  const std::unique_ptr<Table> ends(static_cast<Table*>(table));
  return SQLITE_OK;
}

/// Asks for one run where the statement compares `run` with something, else for all of them.
int best_index(sqlite3_vtab*, sqlite3_index_info* info) {
  constexpr double runs_in_a_store = 10'000, cost_of_run = 1000;
  info->idxNum = all_runs;
  info->estimatedCost = runs_in_a_store * cost_of_run;
  info->estimatedRows = static_cast<sqlite3_int64>(runs_in_a_store) * 10;
  for (int i = 0; i < info->nConstraint; ++i) {
    const auto& constraint = info->aConstraint[i];
    const bool exact = std::string_view(sqlite3_vtab_collation(info, i)) == "BINARY";
    const bool asks_for_run =
        constraint.iColumn == run_column && constraint.op == SQLITE_INDEX_CONSTRAINT_EQ && exact;
    if (!asks_for_run || constraint.usable == 0) continue;
    info->idxNum = one_run;
    info->estimatedCost = cost_of_run;
    info->estimatedRows = 10;
    info->aConstraintUsage[i].argvIndex = 1;
    break;
  }
  return SQLITE_OK;
}

int open(sqlite3_vtab*, sqlite3_vtab_cursor** cursor) {
  *cursor = std::make_unique<Cursor>().release();
  return SQLITE_OK;
}

int close(sqlite3_vtab_cursor* cursor) {
  const std::unique_ptr<Cursor> ends(&ours(cursor));
  return SQLITE_OK;
}

/// Moves on to the next run that has rows.
int begin_next_run(sqlite3_vtab_cursor* cursor) {
  auto& our = ours(cursor);
  auto& module = module_of(cursor);
  our.row = 0;
  while (our.next_run < our.keys.size()) {
    if (module.reader().time_is_over()) return SQLITE_INTERRUPT;
    our.rows = module.rows_of(our.keys[our.next_run++]);
    if (!our.rows) return SQLITE_ERROR;
    if (!our.rows->empty()) return SQLITE_OK;
  }
  our.rows = nullptr;
  return SQLITE_OK;
}

int filter(sqlite3_vtab_cursor* cursor, int plan, const char*, int, sqlite3_value** values) {
  auto& our = ours(cursor);
  auto& reader = module_of(cursor).reader();
  our.keys.clear();
  our.next_run = 0;
  our.rows = nullptr;
  auto keys = [&] {
    if (plan == all_runs) return reader.database.query("SELECT key FROM run ORDER BY started_ns, key");
    const auto* id = reinterpret_cast<const char*>(sqlite3_value_text(values[0]));
    return reader.database.query("SELECT key FROM run WHERE id = ?",
                                 id != nullptr ? std::optional(std::string_view(id)) : std::nullopt);
  }();
  while (keys.row()) our.keys.push_back(keys.integer(0));
  if (auto status = keys.status(); !status) {
    reader.error = status.error();
    return SQLITE_ERROR;
  }
  return begin_next_run(cursor);
}

int next(sqlite3_vtab_cursor* cursor) {
  auto& our = ours(cursor);
  ++our.row_number;
  return ++our.row < our.rows->size() ? SQLITE_OK : begin_next_run(cursor);
}

int at_end(sqlite3_vtab_cursor* cursor) {
  return ours(cursor).rows ? 0 : 1;
}

struct Answer {
  sqlite3_context* context;
  void operator()(std::monostate) const { sqlite3_result_null(context); }
  void operator()(std::int64_t value) const { sqlite3_result_int64(context, value); }
  void operator()(double value) const { sqlite3_result_double(context, value); }  // NaN becomes NULL
  void operator()(const std::string& text) const {
    sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  }
};

int column(sqlite3_vtab_cursor* cursor, sqlite3_context* context, int number) {
  const auto& our = ours(cursor);
  const auto& row = (*our.rows)[our.row];
  if (static_cast<std::size_t>(number) < row.size())
    std::visit(Answer{context}, row[static_cast<std::size_t>(number)]);
  return SQLITE_OK;
}

int row_id(sqlite3_vtab_cursor* cursor, sqlite3_int64* id) {
  *id = ours(cursor).row_number;
  return SQLITE_OK;
}

/// Without xCreate, which makes it "eponymous only": it is there under its own name, and CREATE VIRTUAL TABLE
/// cannot make others.
constexpr sqlite3_module methods = [] {
  sqlite3_module module{};
  module.iVersion = 1;
  module.xConnect = connect;
  module.xBestIndex = best_index;
  module.xDisconnect = disconnect;
  module.xOpen = open;
  module.xClose = close;
  module.xFilter = filter;
  module.xNext = next;
  module.xEof = at_end;
  module.xColumn = column;
  module.xRowid = row_id;
  return module;
}();

}  // namespace

bool RunReader::may_leave_out(std::int64_t key, const Error& failure) {
  if (failure.kind != ErrorKind::malformed || time_is_over()) return false;
  const auto id = id_of_run(database, key);
  if (!id) return false;
  damaged.insert(*id);
  return true;
}

ComputedViewModule::ComputedViewModule(RunReader& reader, const ComputedView& view)
    : reader_(reader), view_(view) {
  sqlite3_create_module_v2(reader_.database.handle(), view_.view.name.c_str(), &methods, this, nullptr);
  // Connects it now: SQLite declares the table at its first use, which the authorizer would take for a
  // change.
  (void)reader_.database.once(fmt::format("SELECT 1 FROM \"{}\"", view_.view.name));
}

ComputedViewModule::~ComputedViewModule() {
  sqlite3_create_module_v2(reader_.database.handle(), view_.view.name.c_str(), nullptr, nullptr, nullptr);
}

std::shared_ptr<const std::vector<SqlRow>> ComputedViewModule::rows_of(std::int64_t key) {
  if (kept_ && kept_key_ == key) return kept_;
  auto rows = std::make_shared<std::vector<SqlRow>>();
  if (const auto run = reader_.read(key)) {
    *rows = view_.rows(*run);
  } else if (!reader_.may_leave_out(key, run.error())) {
    reader_.error = run.error();
    return nullptr;
  }
  kept_key_ = key;
  kept_ = rows;
  return kept_;
}

}  // namespace joulecast::store::sqlite
