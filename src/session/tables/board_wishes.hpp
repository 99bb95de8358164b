// What a board was asked for, read from the user's words. Internal to src/session/tables.
#pragma once

#include "session/reporting/report_runs.hpp"
#include "session/tables/board_rows.hpp"

namespace joulecast::session {

/// "[TASK:]METRIC[=TARGET]"
struct BoardWish {
  std::string task;
  std::string metric;
  std::optional<double> target;
};

struct BoardPrices {
  std::optional<Money> energy;
  std::optional<Money> hour;
};

/// invalid, naming the field, for what is no price, or two currencies.
[[nodiscard]] Result<BoardPrices> parse_prices(const BoardRequest& request);
/// In the order of the request; of a request that names none, what the runs are usually judged by.
[[nodiscard]] Result<std::vector<BoardWish>> wishes_of(const std::vector<BoardSource>& sources,
                                                       const BoardRequest& request);
/// invalid for a wish about a task that is not there.
[[nodiscard]] Status know_tasks(const std::vector<BoardWish>& wishes, const std::vector<BoardRows>& tasks);

}  // namespace joulecast::session
