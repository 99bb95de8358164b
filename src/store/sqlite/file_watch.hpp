// Notices when the files of an open store are taken away. SQLite itself goes on writing to a file that nobody
// will find again. Internal to the store.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <string>

#include "store/sqlite/database.hpp"

namespace joulecast::store::sqlite {

class FileWatch {
 public:
  /// Watches the store that `database` has just opened.
  explicit FileWatch(Database& database);

  /// unavailable if the file was removed or replaced, or its log was; malformed if it was overwritten. `run`
  /// is a run that must be in the store. `changes_known` says that this process itself may have written to
  /// the file; other changes are examined.
  [[nodiscard]] Status look(const std::optional<std::string>& run, bool changes_known);

  /// Call after a commit: a log that is shorter later than it is now has lost it.
  void remember_log() { log_ = stat_of(log()); }

  /// Whether another file, or none, is where the store was.
  [[nodiscard]] bool file_is_elsewhere() const;
  /// Removes the log that is left behind, so that it is not taken for the log of another store of that name.
  void remove_log() const;

 private:
  using Stat = struct stat;
  [[nodiscard]] static std::optional<Stat> stat_of(const std::filesystem::path& path);
  [[nodiscard]] static bool same_file(const Stat& a, const Stat& b);
  [[nodiscard]] std::filesystem::path log() const { return path_.string() + "-wal"; }
  [[nodiscard]] Status examine(const std::optional<std::string>& run) const;

  std::filesystem::path path_;
  bool has_log_;  ///< without one every commit changes the file, and changes tell nothing
  std::optional<Stat> file_, log_;
};

}  // namespace joulecast::store::sqlite
