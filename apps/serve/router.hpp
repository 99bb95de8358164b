// Finds the route of a request and lets it answer.
#pragma once

#include <vector>

#include "serve/route.hpp"

namespace joulecast::serve {

class Router {
 public:
  Router(std::vector<const Route*> routes, Services services)
      : routes_(std::move(routes)), services_(std::move(services)) {}

  struct Found {
    const Route* route = nullptr;
    Response refusal;  ///< if there is none
  };
  [[nodiscard]] Found find(const Request& request) const;
  /// A failure of the route's is a response as well.
  [[nodiscard]] Response answer(const Route& route, const Request& request) const noexcept;

 private:
  std::vector<const Route*> routes_;
  Services services_;
};

}  // namespace joulecast::serve
