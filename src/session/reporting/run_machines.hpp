// The machines that runs of a store were measured on.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "trace/run.hpp"

namespace joulecast::session {

/// What differs only in its joulecast is another one: its figures may be made differently.
struct RunMachine {
  trace::HostInfo host;
  std::size_t runs = 0;
};

/// The one with most of the runs first. Runs that the store does not have are left out. Errors as
/// store::RunStore; unavailable if it has none of them.
[[nodiscard]] Result<std::vector<RunMachine>> machines_of(const std::string& store,
                                                          const std::vector<std::string>& runs);

}  // namespace joulecast::session
