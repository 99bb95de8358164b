#include "session/runs/query_runs.hpp"

#include <utility>

#include "base/text.hpp"
#include "session/runs/open_store.hpp"
#include "session/runs/run_views.hpp"

namespace joulecast::session {

Result<store::SqlTable> query_runs(const QueryRequest& request) {
  if (trim(request.sql).empty()) return fail_field("sql", "there is no statement in it");
  if (request.limit < 1) return fail_field("limit", "must be 1 or more, not {}", request.limit);
  const auto store = open_store(request.store, store::Access::look);
  if (!store) return propagate(store.error());
  return (*store)->query({request.sql, static_cast<std::size_t>(request.limit), Seconds{request.time_limit}},
                         computed_run_views(carbon::IntensityTable::read()));
}

std::vector<store::SqlView> query_views() {
  auto views = store::stored_views();
  const auto computed =
      computed_run_views(fail(ErrorKind::unavailable, "", "only the names of the columns are asked for"));
  // Behind the runs come the costs, and what is only looked up comes last.
  std::vector<store::SqlView> between;
  for (const auto& view : computed) between.push_back(view.view);
  views.insert(views.begin() + 1, between.begin(), between.end());
  return views;
}

}  // namespace joulecast::session
