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

}  // namespace joulecast::serve
