// The kinds of `joulecast evaluate`, each in its own file.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace joulecast::cli {

using EvaluationDefinition = std::function<int()> (*)(CLI::App& app);

/// evaluate online ROOT…
std::function<int()> define_evaluate_online(CLI::App& app);
/// evaluate offline TABLE
std::function<int()> define_evaluate_offline(CLI::App& app);

}  // namespace joulecast::cli
