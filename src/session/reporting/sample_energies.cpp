#include "session/reporting/sample_energies.hpp"

#include "session/runs/open_store.hpp"
#include "session/runs/run_course.hpp"

namespace joulecast::session {

Result<std::map<std::string, Joules>> sample_energies(const std::string& url,
                                                      const std::vector<std::string>& runs) {
  const auto store = open_store(url, store::Access::read);
  if (!store) return propagate(store.error());
  std::map<std::string, Joules> energies;
  for (const auto& id : runs) {
    const auto run = (*store)->summary(id);
    if (!run && (run.error().kind == ErrorKind::invalid || run.error().kind == ErrorKind::malformed))
      continue;
    if (!run) return propagate(run.error());
    if (const auto each = course_of(*run).cost.per_sample) energies.emplace(id, *each);
  }
  return energies;
}

}  // namespace joulecast::session
