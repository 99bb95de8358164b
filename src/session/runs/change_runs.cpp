#include "session/runs/change_runs.hpp"

#include <algorithm>
#include <utility>

#include "base/secrets.hpp"
#include "base/text.hpp"
#include "session/runs/open_store.hpp"

namespace joulecast::session {
namespace {

/// The one run that is meant. What changes or removes a run does not guess: invalid if several have the name.
Result<store::RunChoice> only_run(const store::RunStore& store, const std::string& reference) {
  auto choice = store.resolve(reference);
  if (choice && choice->namesakes > 1)
    return fail(ErrorKind::invalid, reference,
                "{} runs have this name; name one by its id (the latest is {})", choice->namesakes,
                choice->id);
  return choice;
}

}  // namespace

Result<Removal> remove_runs(const RemoveRequest& request) {
  const auto store = open_store(request.store, store::Access::read);
  if (!store) return propagate(store.error());
  std::vector<RemovedRun> chosen;  // find all of them before the first is removed
  for (const auto& run : request.runs) {
    if (run.empty()) return fail(ErrorKind::invalid, "run", "an empty name");
    auto choice = only_run(**store, run);
    if (!choice) return propagate(choice.error());
    const auto same = [&](const RemovedRun& other) { return other.choice.id == choice->id; };
    if (std::ranges::none_of(chosen, same)) chosen.push_back({run, std::move(*choice)});
  }
  Removal removal;
  for (auto& run : chosen) {
    if (auto status = (*store)->remove(run.choice.id, request.force); !status) {
      removal.failure = status.error();
      break;
    }
    removal.removed.push_back(std::move(run));
  }
  return removal;
}

Result<std::map<std::string, std::string>> parse_tags(const std::vector<std::string>& texts) {
  std::map<std::string, std::string> tags;
  for (const auto& text : texts) {
    const auto at = text.find('=');
    if (at == std::string::npos || trim(text.substr(0, at)).empty())
      return fail(ErrorKind::invalid, text, "a tag is written key=value; key= removes it");
    tags[std::string(trim(std::string_view(text).substr(0, at)))] = text.substr(at + 1);
  }
  return tags;
}

Result<store::RunChoice> tag_run(const TagRequest& request) {
  const auto tags = parse_tags(request.tags);
  if (!tags) return propagate(tags.error());
  if (tags->empty() && request.name.empty())
    return fail(ErrorKind::invalid, "tags", "nothing to do: neither a tag nor a name was given");
  const auto store = open_store(request.store, store::Access::read);
  if (!store) return propagate(store.error());
  auto choice = only_run(**store, request.run);
  if (!choice) return choice;
  if (auto status = (*store)->tag(choice->id, without_secrets(*tags)); !status)
    return propagate(status.error());
  if (!request.name.empty())
    if (auto status = (*store)->rename(choice->id, without_secrets(request.name)); !status)
      return propagate(status.error());
  return choice;
}

Result<Recovery> recover_runs(const RecoverRequest& request) {
  const auto store = open_store(request.store, store::Access::read);
  if (!store) return propagate(store.error());
  Recovery recovery;
  // open() has closed the runs it could. The others are tried again, so that errors are reported.
  recovery.closed = (*store)->recovered();
  auto more = (*store)->recover(request.force);
  if (!more) return propagate(more.error());
  recovery.closed.insert(recovery.closed.end(), more->begin(), more->end());
  auto running = (*store)->find({.status = trace::RunStatus::running});
  if (!running) return propagate(running.error());
  std::ranges::copy_if(*running, std::back_inserter(recovery.silent),
                       [](const auto& run) { return run.last_heard.has_value(); });
  return recovery;
}

}  // namespace joulecast::session
