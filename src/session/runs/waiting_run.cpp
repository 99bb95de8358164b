#include "session/runs/waiting_run.hpp"

#include "formats/run_bundle.hpp"
#include "store/journal_run.hpp"

namespace joulecast::session {

Result<RunSummary> summarise_waiting(const std::filesystem::path& journal) {
  auto run = store::run_in_journal(journal, store::JournalReader::own_process);
  if (!run) return propagate(run.error());
  const auto place = run->place;
  return summarise(std::move(*run), place, carbon::IntensityTable::read());
}

Status export_waiting(const std::filesystem::path& journal, const std::filesystem::path& bundle) {
  const auto run = store::run_in_journal(journal, store::JournalReader::own_process);
  if (!run) return propagate(run.error());
  return formats::write_run_bundle(*run, bundle);
}

}  // namespace joulecast::session
