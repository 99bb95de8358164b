// The run that a journal holds, for a store other than the one that it waits for: a server that never comes
// back must not take the run with it.
#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "trace/run.hpp"

namespace joulecast::store {

/// Whether the file is named like a journal.
[[nodiscard]] bool is_journal(const std::filesystem::path& path);

/// Who reads a journal: whoever has just ended the run need not care that his own process still uses it.
enum class JournalReader { anybody, own_process };

/// The whole run up to the journal's last entry; interrupted if that is not its end. retry while the run is
/// still recorded, malformed if the file is no journal, unavailable if its beginning has been delivered and
/// is not in it any more.
[[nodiscard]] Result<trace::Run> run_in_journal(const std::filesystem::path& path,
                                                JournalReader reader = JournalReader::anybody);

}  // namespace joulecast::store
