// The kinds of `joulecast evaluate`, each in its own file.
#pragma once

#include <functional>

#include "cli/support/arguments.hpp"

namespace joulecast::cli {

using EvaluationDefinition = std::function<int()> (*)(Arguments app);

/// evaluate online ROOT…
std::function<int()> define_evaluate_online(Arguments app);
/// evaluate offline TABLE
std::function<int()> define_evaluate_offline(Arguments app);
/// evaluate cpu TABLE…
std::function<int()> define_evaluate_cpu(Arguments app);

}  // namespace joulecast::cli
