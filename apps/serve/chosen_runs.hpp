// What the routes that choose among runs (compare, tradeoff, columns) have in common.
#pragma once

#include "serve/parameters.hpp"
#include "session/tables/chosen_runs.hpp"

namespace joulecast::serve {

constexpr std::size_t most_chosen_runs = 1000;
constexpr std::size_t most_filters = 20;

/// `run`, several times: the runs that are meant; none = all finished ones.
[[nodiscard]] inline std::vector<std::string> chosen_runs(Parameters& parameters) {
  return parameters.texts("run", most_chosen_runs);
}

/// `only` and `distinct`, into a request that has both.
template <class Request>
void put_filters(Parameters& parameters, Request& request) {
  request.only = parameters.texts("only", most_filters);
  request.distinct = parameters.flag("distinct");
}

/// 404 where one of the runs that were named does not exist, else as error_response().
[[nodiscard]] inline Response chosen_error(const Error& error, bool are_named) {
  const bool unknown = are_named && error.kind == ErrorKind::invalid && !error.is_field;
  return unknown ? problem_response(404, to_string(error), "run") : error_response(error);
}

/// invalid, naming the parameter, for a column that the runs do not have; "" is none.
[[nodiscard]] inline Status check_column(const session::RunTable& table, const char* parameter,
                                         const std::string& column) {
  if (column.empty()) return {};
  const auto found = table.column(column);
  return found ? Status{} : fail_field(parameter, "{}", found.error().message);
}

}  // namespace joulecast::serve
