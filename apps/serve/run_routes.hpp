// What the routes of one run (/api/v1/runs/{id}/…) have in common.
#pragma once

#include "serve/parameters.hpp"
#include "serve/route.hpp"
#include "session/runs/run_summary.hpp"

namespace joulecast::serve {

/// 404 where no run is meant, else as error_response().
[[nodiscard]] Response run_error(const Error& error);

/// What a stored run cost, for routes without parameters; refuses any that is given.
[[nodiscard]] Result<session::RunSummary> summary_for(const Request& request, const Services& services);

}  // namespace joulecast::serve
