// What one sample took in each of several stored runs.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/units.hpp"

namespace joulecast::session {

/// By run id, as `show` tells it: without start-up and what came after the work. Runs that count no samples,
/// or are not in the store any more, are left out.
[[nodiscard]] Result<std::map<std::string, Joules>> sample_energies(const std::string& store,
                                                                    const std::vector<std::string>& runs);

}  // namespace joulecast::session
