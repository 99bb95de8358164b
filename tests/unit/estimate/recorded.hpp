// Synthetic recorded runs for tests: power gauges at 1 Hz and epochs of equal length.
#pragma once

#include <fmt/format.h>

#include <functional>

#include "trace/run.hpp"

namespace joulecast::estimate::testing {

struct RecordedRecipe {
  int epochs = 10;
  double seconds = 10;  ///< of one epoch
  double watts = 100;   ///< of each node
  int nodes = 1;
  double skew = 0;  ///< how much later each further node stamps its readings, in s
  std::function<double(double)> shape = [](double) { return 1.0; };  ///< factor on the power at time t
};

inline trace::Run recorded_run(const RecordedRecipe& recipe) {
  trace::Run run;
  run.info.id = "made-up";
  run.info.source = "test";
  run.info.training.architecture = "net";
  run.info.total_work = recipe.epochs;
  run.info.work_unit = "epoch";
  run.info.training.nodes = recipe.nodes;
  const double end = recipe.epochs * recipe.seconds;
  run.span = {Seconds{0}, Seconds{end}};
  for (int i = 0; i < recipe.epochs; ++i) {
    trace::Epoch epoch;
    epoch.index = i;
    epoch.span = {Seconds{i * recipe.seconds}, Seconds{(i + 1) * recipe.seconds}};
    run.epochs.push_back(epoch);
  }
  for (int n = 0; n < recipe.nodes; ++n) {
    trace::Trace trace;
    trace.channel.name = fmt::format("node{}_power", n);
    trace.channel.node = fmt::format("node{}", n);
    trace.channel.quantity = trace::Quantity::power;
    trace.channel.component = trace::Component::node;
    for (double t = -2; t <= end + 2; ++t) {
      trace.times.push_back(t + n * recipe.skew);
      trace.values.push_back(recipe.watts * recipe.shape(t + n * recipe.skew));
    }
    run.traces.push_back(std::move(trace));
  }
  return run;
}

}  // namespace joulecast::estimate::testing
