// A campaign's runs for the board.
#pragma once

#include "lab/plan/plan.hpp"
#include "session/tables/board.hpp"

namespace joulecast::lab {

/// The finished runs with what their epochs tell, as far as the store still has them. A factor named task or
/// dataset names the task. `store`: "" = the campaign's own. Errors as read_journal(); invalid if no run has
/// finished.
[[nodiscard]] Result<session::BoardSource> board_source(const Plan& plan, const std::string& store);

}  // namespace joulecast::lab
