// Runs kept in one SQLite file (docs/store.md has the schema). Many processes may use it at once.
// Every failure is one line with a kind: unavailable (no such file), denied (permissions, read-only), retry
// (locked, disk full), malformed (not a store, corrupt, newer schema), invalid (no such run). A file that is
// malformed is never written to.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/provenance.hpp"
#include "base/result.hpp"
#include "base/roots.hpp"
#include "trace/run.hpp"

namespace joulecast::store {

/// $JOULECAST_STORE, else runs.db in the user's data directory.
[[nodiscard]] Result<std::filesystem::path> default_path();

enum class Access {
  read,   ///< the file must exist; runs whose process died are still closed where we may write
  write,  ///< file and folders are made where absent
};

struct OpenOptions {
  Seconds busy_timeout{5};  ///< how long to wait for another process's transaction
  Roots roots = {};         ///< /proc tells whether a running run's process lives
  const Clock* clock = &system_clock();
};

/// A run in a list: no samples are read for it.
struct RunRow {
  std::string id;
  std::string name;
  trace::RunStatus status = trace::RunStatus::running;
  std::optional<int> exit_status;
  std::optional<WallTime> started;
  Seconds duration{0};
  std::optional<Joules> energy;  ///< total; nothing where nothing was measured or modelled
  Provenance provenance = Provenance::missing;
  std::vector<std::string> missing;  ///< components that the total lacks
  std::vector<std::string> command;
  std::map<std::string, std::string> tags;
  std::string architecture;
  int epochs = 0;
};

/// One open store. Movable; used by one thread at a time.
class Store {
 public:
  /// Opens, makes the schema or brings an older one up to date, and closes runs whose process has died.
  [[nodiscard]] static Result<Store> open(const std::filesystem::path& path, Access access = Access::write,
                                          OpenOptions options = {});
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

  [[nodiscard]] const std::filesystem::path& path() const;

  /// The id that a person's reference means: an id, a name, a unique prefix of an id. "" = the latest run.
  [[nodiscard]] Result<std::string> resolve(std::string_view reference) const;

  /// Newest first.
  [[nodiscard]] Result<std::vector<RunRow>> list() const;

  /// The whole run, every sample.
  [[nodiscard]] Result<trace::Run> load(std::string_view reference) const;

  /// The run with traces reduced to a few points each that integrate to the same: energies of the run and of
  /// each epoch, coverage and means are those of the whole run, and its samples are not read.
  [[nodiscard]] Result<trace::Run> load_summary(std::string_view reference) const;

  /// invalid for a run that is still running, unless forced.
  [[nodiscard]] Status remove(std::string_view reference, bool even_if_running = false);
  /// An empty value takes the tag away.
  [[nodiscard]] Status tag(std::string_view reference, const std::map<std::string, std::string>& tags);
  [[nodiscard]] Status rename(std::string_view reference, const std::string& name);

  /// Stores a finished run under run.info.id where that is a usable id, else under a new one. invalid where
  /// the id is taken. Returns the id.
  [[nodiscard]] Result<std::string> import_run(const trace::Run& run);

  /// Closes the runs whose process has died as interrupted, at their last sample; returns their ids. open()
  /// has already done it.
  [[nodiscard]] Result<std::vector<std::string>> recover();
  /// What open() closed.
  [[nodiscard]] const std::vector<std::string>& recovered() const;

 private:
  friend class RunWriter;
  friend class RunImport;
  struct State;
  explicit Store(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace joulecast::store
