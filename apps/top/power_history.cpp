#include "top/power_history.hpp"

#include <algorithm>

namespace joulecast::top {
namespace {

constexpr std::size_t longest = 600;  // wider than any terminal

}  // namespace

void PowerHistory::add(const session::RunningRuns& runs) {
  if (!runs.store_answers) return;
  std::erase_if(series_, [&](const auto& entry) {
    return std::ranges::find(runs.runs, entry.first, &session::RunningRun::id) == runs.runs.end();
  });
  for (const auto& run : runs.runs) {
    auto& series = series_[run.id];
    series.push_back(run.power);
    if (series.size() > longest) series.pop_front();
  }
}

const PowerHistory::Series& PowerHistory::of(const std::string& id) const {
  static const Series none;
  const auto found = series_.find(id);
  return found == series_.end() ? none : found->second;
}

}  // namespace joulecast::top
