// Writes a running run to SQLite. Internal to the store.
#pragma once

#include <map>

#include "store/live_run.hpp"
#include "store/run_store.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/file_watch.hpp"
#include "store/sqlite/lazy_sync.hpp"
#include "store/sqlite/readings_file.hpp"

namespace joulecast::store::sqlite {

class SqliteLiveRun final : public LiveRun {
 public:
  SqliteLiveRun(Database database, OpenOptions options);

  void begin(const trace::Run& header) override { header_ = header; }
  [[nodiscard]] Status commit(const Pending& pending, const std::optional<Closing>& closing) override;
  [[nodiscard]] Status append(const Pending& readings) override;
  [[nodiscard]] Status look() override;
  [[nodiscard]] Result<bool> move_to(const std::string& store, Leaving why) override;
  void set_patience(Seconds patience) override { database_.set_busy_timeout(patience); }
  [[nodiscard]] const std::string& where() const override { return database_.where(); }

 private:
  void put_new_tags(Transaction& transaction, const trace::Run& header) const;
  void say_alive(Transaction& transaction, WallTime now, std::optional<Seconds> latest);
  void forget_what_others_took(Transaction& transaction);
  [[nodiscard]] WallTime next_heartbeat() const;
  [[nodiscard]] Buffer encode(const std::map<int, Column>& columns) const;
  void end_of_file();
  void write(Transaction& transaction, const Pending& pending);
  void pack();
  void use_lazy_sync();
  [[nodiscard]] Status recover_index();
  [[nodiscard]] Status look_at_files(bool changes_known);

  Database database_;
  OpenOptions options_;
  FileWatch watch_;
  std::optional<LazySync> sync_;  ///< nothing = commits sync themselves
  trace::Run header_;
  std::vector<trace::Channel> channels_;
  std::map<std::size_t, trace::Phase> phases_;
  std::vector<std::string> told_notes_;  ///< notes that are already written, besides the header's
  bool begun_ = false;
  std::int64_t key_ = 0;
  std::optional<ReadingsFile> file_;  ///< holds row_ as well, so that a killed process does not lose it
  Buffer row_;                        ///< what was appended since the last commit
  std::optional<Seconds> latest_;     ///< time of the last reading in row_
  WallTime heartbeat_;                ///< of the last commit
  std::int64_t journal_ = 0;          ///< number of the next journal row
  std::int64_t packed_ = 0;           ///< journal rows below this number are packed into chunks
  std::size_t samples_ = 0;           ///< samples of the longest channel since the last packing
};

}  // namespace joulecast::store::sqlite
