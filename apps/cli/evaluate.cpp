// joulecast evaluate: tests the estimates on measured runs. Each kind of estimate has one file in
// apps/cli/support that defines its subcommand, and one line here.
#include "cli/support/evaluate.hpp"

#include <memory>

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"

namespace joulecast::cli {
namespace {

std::function<int()> define_evaluate(Arguments app) {
  auto chosen = std::make_shared<std::function<int()>>();
  const auto add = [&](const char* name, const char* summary, EvaluationDefinition define_kind) {
    auto arguments = app.add_command(name, summary);
    arguments.when_given([chosen, action = define_kind(arguments)] { *chosen = action; });
  };
  add("online", "Forecasts made while a training runs, replayed on recorded runs", define_evaluate_online);
  add("offline", "Predictions made before training, on measured configurations", define_evaluate_offline);
  add("cpu", "The modelled power of a CPU, on measured package power", define_evaluate_cpu);
  return [chosen] { return (*chosen)(); };
}

}  // namespace

extern const Command evaluate_command{"evaluate", "How right the estimates are, on measured runs", "Estimate",
                                      define_evaluate};

}  // namespace joulecast::cli
