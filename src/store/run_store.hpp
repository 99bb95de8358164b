// Stored runs behind one interface (docs/store.md describes the tables). Many processes may use a store at
// the same time. Every error is one line with a kind: unavailable (no such file), denied (permissions,
// read-only), retry (locked, disk full), malformed (not a store, corrupt, newer schema), invalid (no such
// run). A malformed file is never written to.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/roots.hpp"
#include "store/job_run.hpp"
#include "store/patience.hpp"
#include "store/run_import.hpp"
#include "store/run_query.hpp"
#include "store/run_writer.hpp"
#include "store/sql_query.hpp"
#include "trace/run.hpp"

namespace joulecast::store {

/// $JOULECAST_STORE, else runs.db in the user's data directory.
[[nodiscard]] Result<std::string> default_url();

/// invalid for an address under which nothing would be kept, such as ":memory:". Looks at no file or server.
[[nodiscard]] Status check_url(const std::string& url);
/// Whether the address names a server and not a file.
[[nodiscard]] bool is_on_server(std::string_view url);
/// The address for display, and wherever it is kept: without the password that it may have.
[[nodiscard]] std::string shown_url(const std::string& url);

/// How many runs of this user wait on this machine for the store, "" = for any, because it did not take them.
[[nodiscard]] std::size_t waiting_runs(const std::string& url = "");

enum class Access {
  look,   ///< the store must exist and is left as it is; runs whose process has died are shown as interrupted
  read,   ///< the store must exist; runs whose process has died are still closed if the file is writable
  write,  ///< creates the file and its folders if they do not exist
};

/// What a commit means for a power cut. A killed process loses no commit either way.
enum class Durability {
  at_once,  ///< a commit is on the disk when it returns
  soon,     ///< of a running run, all but the last 10 s; other commits within the kernel's 30 s
};

struct OpenOptions {
  Seconds busy_timeout{5};  ///< how long to wait for another process's transaction
  Roots roots = {};         ///< /proc tells whether the process of a running run is alive
  const Clock* clock = &system_clock();
  Durability durability = Durability::at_once;
  std::shared_ptr<const Patience> patience = {};  ///< ends every wait, also those of runs that are recorded
};

/// One open store, for use by one thread at a time. `reference` is what a user may type for a run: an id, a
/// name, a unique prefix of an id, or the four characters at an id's end. "" is the latest run.
class RunStore {
 public:
  /// `url` is the path of an SQLite file, or the postgresql:// address of a database. Opens it, creates the
  /// schema or migrates an older one, and closes runs whose process has died. An older file that is not
  /// writable is read from a migrated copy. A server is brought what waits for it on this machine.
  [[nodiscard]] static Result<std::unique_ptr<RunStore>> open(const std::string& url,
                                                              Access access = Access::write,
                                                              OpenOptions options = {});
  /// Begins a run without waiting for a server: the store is opened only if it is a file. See record().
  [[nodiscard]] static Result<std::unique_ptr<RunWriter>> record_in(const std::string& url,
                                                                    const trace::Run& header,
                                                                    OpenOptions options,
                                                                    WriterOptions writer);
  virtual ~RunStore() = default;

  /// The path as the user gave it, or the address without a password, for display.
  [[nodiscard]] virtual const std::string& location() const = 0;

  [[nodiscard]] virtual Result<RunChoice> resolve(std::string_view reference) const = 0;
  [[nodiscard]] virtual Result<std::vector<RunRow>> find(const RunQuery& query = {}) const = 0;
  /// How many runs match, whatever the query's limit and offset.
  [[nodiscard]] virtual Result<std::size_t> count(const RunQuery& query = {}) const = 0;
  /// Sums over the matching runs by machine, and by the values of each of these tags.
  [[nodiscard]] virtual Result<RunSums> sums(const std::vector<std::string>& tags,
                                             const RunQuery& query = {}) const = 0;
  /// The runs of jobs that match. Reads no samples, except of runs that go on.
  [[nodiscard]] virtual Status each_job_run(const JobQuery& query, const JobRunVisitor& visit) const = 0;
  /// One run as find() lists it.
  [[nodiscard]] virtual Result<RunRow> row(std::string_view reference) const = 0;
  /// The whole run with every sample.
  [[nodiscard]] virtual Result<trace::Run> load(std::string_view reference) const = 0;
  /// The run with each trace reduced to a few points that have the same integral. Energies of the run and of
  /// each epoch, coverage and means equal those of the whole run. Does not read all samples.
  [[nodiscard]] virtual Result<trace::Run> summary(std::string_view reference) const = 0;
  /// Answers a statement from stored_views() and `computed`. Whatever the statement says, nothing is written,
  /// no other file is opened and no setting is changed. invalid, with the field "sql" (or "limit",
  /// "time_limit"), for a statement that is wrong or not allowed; retry where the time limit ended it.
  [[nodiscard]] virtual Result<SqlTable> query(const SqlRequest& request,
                                               std::span<const ComputedView> computed) const = 0;
  /// See RunRow::last_heard.
  [[nodiscard]] virtual Result<std::optional<WallTime>> last_heard(std::string_view reference) const = 0;

  /// Begins a run under a new id on its own connection, so that the writer may outlive the store. The id and
  /// status in `header` are ignored; `header.started` should be set.
  [[nodiscard]] virtual Result<std::unique_ptr<RunWriter>> record(const trace::Run& header,
                                                                  WriterOptions options = {}) = 0;
  [[nodiscard]] virtual std::unique_ptr<RunImport> import() = 0;
  /// Stores one finished run and returns its id. invalid if the id is already in the store.
  [[nodiscard]] Result<std::string> import_run(const trace::Run& run);

  /// invalid for a run that is still running, unless forced.
  [[nodiscard]] virtual Status remove(std::string_view reference, bool even_if_running = false) = 0;
  /// An empty value removes the tag.
  [[nodiscard]] virtual Status tag(std::string_view reference,
                                   const std::map<std::string, std::string>& tags) = 0;
  [[nodiscard]] virtual Status rename(std::string_view reference, const std::string& name) = 0;

  /// Closes runs whose process has died: marks them as interrupted at their last sample. Returns their ids.
  /// open() does this too. `even_if_silent` includes runs that only their own machine could judge and that
  /// have been silent for two minutes.
  [[nodiscard]] virtual Result<std::vector<std::string>> recover(bool even_if_silent = false) = 0;
  /// The runs that open() closed.
  [[nodiscard]] virtual const std::vector<std::string>& recovered() const = 0;
};

}  // namespace joulecast::store
