// What one commit of a running run adds to it, as bytes that wait in a file for their store. The file
// outlives the process; whoever reads it later need not know what came before. Internal to the store.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/block.hpp"
#include "store/closing.hpp"
#include "store/liveness.hpp"
#include "store/pending.hpp"

namespace joulecast::store {

struct JournalEntry {
  std::int64_t number = 0;  ///< 1 begins the run, each following one is higher by 1
  WallTime heartbeat;
  std::optional<trace::Run> start = {};                ///< the header that begins the run
  Pending pending = {};                                ///< without readings and notes
  Buffer readings = {};                                ///< a journal row
  std::int64_t samples = 0;                            ///< of the longest channel of it
  std::optional<std::vector<std::string>> notes = {};  ///< all of the run's, if there are new ones
  std::optional<Closing> closing = {};
};

/// Who writes a journal, for which store.
struct JournalHead {
  std::string store;  ///< its address without a password
  std::string run;    ///< the id that the run was begun with
  std::string token;  ///< tells this run from every other
  Owner owner = {};
};

[[nodiscard]] Buffer to_bytes(const JournalEntry& entry);
[[nodiscard]] Buffer to_bytes(const JournalHead& head);
/// Nothing if the bytes are not what was written.
[[nodiscard]] std::optional<JournalEntry> entry_of(std::span<const std::uint8_t> bytes);
[[nodiscard]] std::optional<JournalHead> head_of(std::span<const std::uint8_t> bytes);

}  // namespace joulecast::store
