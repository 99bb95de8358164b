// Stored runs behind one interface (docs/store.md has the tables). Many processes may use a store at once.
// Every failure is one line with a kind: unavailable (no such file), denied (permissions, read-only), retry
// (locked, disk full), malformed (not a store, corrupt, newer schema), invalid (no such run). A file that is
// malformed is never written to.
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
#include "store/run_import.hpp"
#include "store/run_query.hpp"
#include "store/run_writer.hpp"
#include "trace/run.hpp"

namespace joulecast::store {

/// $JOULECAST_STORE, else runs.db in the user's data directory.
[[nodiscard]] Result<std::string> default_url();

enum class Access {
  read,   ///< the store must exist; runs whose process died are still closed where we may write
  write,  ///< file and folders are made where absent
};

struct OpenOptions {
  Seconds busy_timeout{5};  ///< how long to wait for another process's transaction
  Roots roots = {};         ///< /proc tells whether a running run's process lives
  const Clock* clock = &system_clock();
};

/// One open store; used by one thread at a time. `reference` is what a person may write for a run: an id, a
/// name, a unique beginning of an id, or the four characters at an id's end; "" is the latest run.
class RunStore {
 public:
  /// `url` is the path of an SQLite file. Opens, makes the schema or brings an older one up to date, and
  /// closes runs whose process has died. An older store that may not be written is read from a copy.
  [[nodiscard]] static Result<std::unique_ptr<RunStore>> open(const std::string& url,
                                                              Access access = Access::write,
                                                              OpenOptions options = {});
  virtual ~RunStore() = default;

  /// As it was opened, for people.
  [[nodiscard]] virtual const std::string& location() const = 0;

  [[nodiscard]] virtual Result<RunChoice> resolve(std::string_view reference) const = 0;
  [[nodiscard]] virtual Result<std::vector<RunRow>> find(const RunQuery& query = {}) const = 0;
  /// The whole run, every sample.
  [[nodiscard]] virtual Result<trace::Run> load(std::string_view reference) const = 0;
  /// The run with traces reduced to a few points each that integrate to the same: energies of the run and of
  /// each epoch, coverage and means are those of the whole run, and its samples are not read.
  [[nodiscard]] virtual Result<trace::Run> summary(std::string_view reference) const = 0;
  /// As RunRow::last_heard.
  [[nodiscard]] virtual Result<std::optional<WallTime>> last_heard(std::string_view reference) const = 0;

  /// Begins a run under a new id, on a connection of its own: the writer may outlive the store. Of `header`
  /// id and status are not taken over; `header.started` should be set.
  [[nodiscard]] virtual Result<std::unique_ptr<RunWriter>> record(const trace::Run& header,
                                                                  WriterOptions options = {}) = 0;
  [[nodiscard]] virtual std::unique_ptr<RunImport> import() = 0;
  /// Stores one finished run. invalid where its id is taken. Returns the id.
  [[nodiscard]] Result<std::string> import_run(const trace::Run& run);

  /// invalid for a run that is still running, unless forced.
  [[nodiscard]] virtual Status remove(std::string_view reference, bool even_if_running = false) = 0;
  /// An empty value takes the tag away.
  [[nodiscard]] virtual Status tag(std::string_view reference,
                                   const std::map<std::string, std::string>& tags) = 0;
  [[nodiscard]] virtual Status rename(std::string_view reference, const std::string& name) = 0;

  /// Closes the runs whose process has died as interrupted, at their last sample; returns their ids. open()
  /// has already done it. `even_if_silent`: also those that only their own machine could judge and that gave
  /// no sign of life for two minutes.
  [[nodiscard]] virtual Result<std::vector<std::string>> recover(bool even_if_silent = false) = 0;
  /// What open() closed.
  [[nodiscard]] virtual const std::vector<std::string>& recovered() const = 0;
};

}  // namespace joulecast::store
