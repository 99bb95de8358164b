#include "session/machine/diagnose_store.hpp"

#include "session/runs/open_store.hpp"

namespace joulecast::session {

std::optional<StoreFinding> diagnose_store() {
  const auto url = store::default_url();
  if (!url) return std::nullopt;
  const bool on_server = store::is_on_server(*url);
  if (!on_server && store::waiting_runs() == 0) return std::nullopt;
  StoreFinding finding;
  finding.location = store::shown_url(*url);
  const auto store = open_store(*url, store::Access::read);
  const auto runs = store ? (*store)->count() : propagate(store.error());
  if (runs)
    finding.runs = *runs;
  else
    finding.error = runs.error();
  finding.waiting = on_server ? store::waiting_runs(*url) : 0;
  finding.waiting_others = store::waiting_runs() - finding.waiting;
  return finding;
}

}  // namespace joulecast::session
