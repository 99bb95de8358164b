#include "store/journal_run.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "store/closing.hpp"
#include "store/journal_file.hpp"
#include "store/journal_row.hpp"
#include "trace/run_sink.hpp"

namespace joulecast::store {
namespace {

/// Adds entries one after the other, later ones in the place of earlier ones as in a store.
class Replay {
 public:
  explicit Replay(const trace::Run& start) : run_(trace::header_of(start)) {
    run_.status = trace::RunStatus::interrupted;
  }

  /// Returns false if the readings are not what was written.
  [[nodiscard]] bool add(JournalEntry&& entry) {
    auto& pending = entry.pending;
    for (auto& [number, channel] : pending.channels)
      if (number == channels_.size()) channels_.push_back(std::move(channel));
    while (columns_.size() < channels_.size()) columns_.push_back({static_cast<int>(columns_.size())});
    if (!decode_journal_row(entry.readings, channels_, columns_)) return false;
    for (const auto& [channel, gap] : pending.gaps) gaps_[channel].push_back(gap);
    replace(epochs_, std::move(pending.epochs));
    replace(phases_, std::move(pending.phases));
    replace(progress_, std::move(pending.progress));
    replace(windows_, std::move(pending.windows));
    std::ranges::move(pending.metrics, std::back_inserter(run_.metrics));
    std::ranges::move(pending.projections, std::back_inserter(run_.projections));
    if (pending.header) describe(std::move(*pending.header));
    if (entry.notes) run_.notes = std::move(*entry.notes);
    closing_ = std::move(entry.closing);
    return true;
  }

  [[nodiscard]] trace::Run finish() {
    for (std::size_t i = 0; i < channels_.size(); ++i) add_trace(i);
    for (auto& [place, epoch] : epochs_) run_.epochs.push_back(std::move(epoch));
    std::ranges::stable_sort(run_.epochs, {}, [](const auto& epoch) { return epoch.span.begin; });
    for (auto& [place, phase] : phases_) run_.phases.push_back(std::move(phase));
    for (const auto& [place, part] : progress_)
      for (std::size_t i = 0; i < part.times.size(); ++i)
        run_.progress.push_back({Seconds{to_seconds(part.times[i])}, part.work[i], place.first});
    for (auto& [place, window] : windows_) run_.windows.push_back(std::move(window));
    std::ranges::stable_sort(run_.windows, {}, [](const auto& window) { return window.span.begin; });
    if (closing_) {
      run_.status = closing_->status;
      run_.exit_status = closing_->exit_status;
      if (!closing_->note.empty()) run_.notes.push_back(closing_->note);
    }
    run_.span.end = closing_ && closing_->end ? *closing_->end : last_sign(run_);
    return std::move(run_);
  }

 private:
  template <class Map>
  static void replace(Map& kept, Map&& later) {
    later.merge(kept);
    kept = std::move(later);
  }

  /// As a store does: id, name, tags and start stay.
  void describe(trace::Run&& header) {
    header.info.id = std::move(run_.info.id);
    header.info.name = std::move(run_.info.name);
    run_.info = std::move(header.info);
    run_.host = std::move(header.host);
    run_.place = std::move(header.place);
    run_.command = std::move(header.command);
    run_.tags.insert(header.tags.begin(), header.tags.end());  // those that the measurement has learned
    run_.idle_baseline = header.idle_baseline;
    run_.sampler_cpu = header.sampler_cpu;
    run_.sensors = std::move(header.sensors);
  }

  void add_trace(std::size_t number) {
    auto& trace = run_.traces.emplace_back();
    trace.channel = std::move(channels_[number]);
    for (const auto time : columns_[number].times) trace.times.push_back(to_seconds(time));
    trace.values = std::move(columns_[number].values);
    auto& gaps = gaps_[static_cast<int>(number)];
    std::ranges::sort(gaps, {}, &trace::Span::begin);
    for (const auto& gap : gaps)
      if (!trace.gaps.empty() && gap.begin <= trace.gaps.back().end)
        trace.gaps.back().end = std::max(trace.gaps.back().end, gap.end);
      else
        trace.gaps.push_back(gap);
  }

  trace::Run run_;
  std::vector<trace::Channel> channels_;
  std::vector<Column> columns_;
  std::map<int, std::vector<trace::Span>> gaps_;
  std::map<std::size_t, trace::Epoch> epochs_;
  std::map<std::size_t, trace::Phase> phases_;
  ProgressParts progress_;
  std::map<std::size_t, trace::Window> windows_;
  std::optional<Closing> closing_;
};

}  // namespace

bool is_journal(const std::filesystem::path& path) {
  return path.extension() == ".journal";
}

Result<trace::Run> run_in_journal(const std::filesystem::path& path, JournalReader reader) {
  auto journal = reader == JournalReader::own_process ? JournalFile::look(path) : JournalFile::open(path);
  if (!journal) return propagate(journal.error());
  auto entries = journal->next(std::numeric_limits<std::int64_t>::max() / 2);
  if (entries.empty() || !entries.front().start)
    return fail(ErrorKind::unavailable, path.string(), "the run's beginning is in {} already",
                journal->head().store);
  Replay replay(*entries.front().start);
  for (auto& entry : entries)
    if (!replay.add(std::move(entry)))
      return fail(ErrorKind::malformed, path.string(), "the readings of the run are damaged");
  return replay.finish();
}

}  // namespace joulecast::store
