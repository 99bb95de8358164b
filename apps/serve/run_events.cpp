#include "serve/run_events.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "report/runs/live_run_json.hpp"

namespace joulecast::serve {

void RunEvents::tell(const session::RunningRuns& runs) {
  if (!runs.store_answers) return tell_trouble(runs.trouble);
  const bool was_lost = !std::exchange(trouble_, {}).empty();
  std::map<std::string, std::string> now;
  std::vector<std::string_view> texts;
  for (const auto& run : runs.runs) {
    const auto [at, is_new] = now.try_emplace(run.id, report::event_json(run));
    if (is_new) texts.push_back(at->second);
  }
  // Before the events: who begins with it gets them afterwards, and twice rather than not at all.
  const auto snapshot = fmt::format(R"({{"runs":[{}]}})", fmt::join(texts, ","));
  hub_.set_beginning("snapshot", snapshot);
  if (was_lost) hub_.publish("snapshot", snapshot);
  const auto before = std::exchange(told_, std::move(now));
  if (std::exchange(first_, false)) return;
  for (const auto& run : runs.ended) hub_.publish("finished", report::event_json(run));
  for (const auto& id : runs.removed) hub_.publish("removed", report::removed_json(id));
  for (const auto& [id, json] : told_) {
    const auto old = before.find(id);
    if (old == before.end())
      hub_.publish("started", json);
    else if (old->second != json)
      hub_.publish("moved", json);
  }
}

void RunEvents::tell_trouble(const std::string& trouble) {
  if (std::exchange(trouble_, trouble) == trouble) return;
  const auto json = report::trouble_json(trouble);
  hub_.set_beginning("lost", json);
  hub_.publish("lost", json);
}

}  // namespace joulecast::serve
