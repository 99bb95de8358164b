// Brings the entries of a journal to the server. Each is stored once, however often it is delivered and by
// whoever: the run's row has the journal's token and the number of its last entry. Internal to the store.
#pragma once

#include <span>

#include "base/roots.hpp"
#include "store/journal_file.hpp"
#include "store/postgres/database.hpp"

namespace joulecast::store::postgres {

class Delivery {
 public:
  explicit Delivery(JournalHead head) : head_(std::move(head)) {}

  /// Stores what is not stored yet, in one transaction. gone if somebody has removed the run meanwhile, or
  /// has brought a whole copy of it there; denied if another role has begun to store it.
  [[nodiscard]] Status deliver(Database& database, std::span<const JournalEntry> entries);

 private:
  struct Place {
    std::int64_t key = 0;  ///< 0 = not there yet
    std::int64_t delivered = 0;
    std::string continues = {};
  };
  [[nodiscard]] Result<Place> find(sql::Transaction& transaction) const;
  [[nodiscard]] Result<Place> begin(sql::Transaction& transaction, const JournalEntry& first);
  void claim(sql::Transaction& transaction, trace::Run& run);
  void store(sql::Transaction& transaction, const Place& place, const JournalEntry& entry);
  void put_header(sql::Transaction& transaction, const Place& place, trace::Run header);
  void pack(Database& database, std::int64_t key);

  JournalHead head_;
  std::string stands_alone_;  ///< a note: why the run does not go on with the one that it was to go on with
  std::int64_t unpacked_entries_ =
      0;  ///< that this object has stored since it last packed the journal's rows
  std::int64_t unpacked_samples_ = 0;
};

/// Delivers all of a journal that its writer has left behind, and removes it. A run without an end is left to
/// recover(), which knows whether its process is alive.
[[nodiscard]] Status deliver_all(Database& database, JournalFile& journal);

/// Delivers all journals that wait for this store. Stops where the server fails, but not at a journal that it
/// refuses; those that other processes use are left to them.
void deliver_waiting(Database& database, const std::string& store);

}  // namespace joulecast::store::postgres
