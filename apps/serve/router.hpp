// Finds the route of a request and lets it answer.
#pragma once

#include <vector>

#include "serve/route.hpp"

namespace joulecast::serve {

class Router {
 public:
  Router(std::vector<const Route*> routes, Services services);

  struct Found {
    const Route* route = nullptr;
    std::string id;    ///< what stands for {id} in its path
    Response refusal;  ///< if there is none
  };
  /// Of several routes that fit, the one whose path says most.
  [[nodiscard]] Found find(const Request& request) const;
  /// A failure of the route's is a response as well.
  [[nodiscard]] Response answer(const Route& route, const Request& request) const noexcept;
  [[nodiscard]] const Services& services() const { return services_; }

 private:
  [[nodiscard]] Response patient_answer(const Route& route, const Request& request) const;

  std::vector<const Route*> routes_;  ///< those first whose paths say most
  Services services_;
};

}  // namespace joulecast::serve
