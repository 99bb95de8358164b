// /api/v1/board: what it takes to reach a quality on each task, as `joulecast lab board --json` has it.
#include "session/tables/board.hpp"

#include "report/tables/board_report.hpp"
#include "serve/chosen_runs.hpp"
#include "serve/route.hpp"

namespace joulecast::serve {
namespace {

constexpr std::size_t most_qualities = 100;

Response answer_board(const Request& request, const Services& services) {
  Parameters parameters(request);
  const auto references = chosen_runs(parameters);
  session::BoardRequest board;
  board.quality = parameters.texts("quality", most_qualities);
  board.lower_is_better = parameters.flag("lower_is_better");
  board.task = parameters.text("task");
  board.alternatives.group = parameters.texts("group", most_filters);
  put_filters(parameters, board.alternatives);
  board.price = parameters.text("price");
  board.hour_price = parameters.text("hour_price");
  board.pue = parameters.number("pue", 1, 10).value_or(board.pue);
  board.exponent = parameters.number("exponent", 1e-3, 100).value_or(board.exponent);
  if (const auto status = parameters.check(); !status) return error_response(status.error());
  const auto sources = session::board_sources_of_runs(services.store, references);
  if (!sources) return chosen_error(sources.error(), !references.empty());
  const auto& table = sources->front().table;
  if (const auto known = check_column(table, "task", board.task); !known)
    return error_response(known.error());
  for (const auto& column : board.alternatives.group)
    if (const auto known = check_column(table, "group", column); !known) return error_response(known.error());
  const auto result = session::make_board(*sources, board);
  return result ? json_response(report::to_json_text(*result)) : error_response(result.error());
}

}  // namespace

extern const Route board_route{"/api/v1/board", Lane::pages, /*in_exporter=*/false, answer_board};

}  // namespace joulecast::serve
