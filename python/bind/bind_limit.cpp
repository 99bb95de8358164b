#include <utility>

#include "bind/attributes.hpp"
#include "bind/bind.hpp"
#include "bind/words.hpp"
#include "measure/limits.hpp"
#include "measure/recorded_limit_state.hpp"
#include "session/runs/run_summary.hpp"

namespace joulecast::python {
namespace {

/// A limit on a run that another process measures. That one knows nothing of it, so it is watched here, by
/// the same rule.
class JoinedLimit {
 public:
  JoinedLimit(double joules, double probability) : limit_(joules), limits_(options(limit_, probability)) {}

  /// Lines to warn of, and why the work should end, or nothing.
  std::pair<std::vector<std::string>, std::optional<std::string>> check(const session::RunSummary& summary) {
    std::vector<std::string> lines;
    std::optional<std::string> stop;
    for (const auto& verdict :
         limits_.check(measure::limit_state_of(summary.run, summary.energy.total, limit_))) {
      auto why = in_python_words(verdict.why);
      if (verdict.action == measure::OnLimit::terminate)
        stop = std::move(why);
      else
        lines.push_back(std::move(why));
    }
    return {std::move(lines), std::move(stop)};
  }

 private:
  static measure::LimitOptions options(Joules limit, double probability) {
    measure::LimitOptions options;
    options.energy = options.projected = limit;
    options.probability = probability;
    options.at_energy = measure::OnLimit::terminate;
    return options;
  }

  Joules limit_;
  measure::Limits limits_;
};

}  // namespace

void bind_limit(nb::module_& module) {
  nb::class_<JoinedLimit>(module, "JoinedLimit", "A limit on a run that another process measures.")
      .def(nb::init<double, double>(), nb::arg("joules"), nb::arg("probability"))
      .def("check", &JoinedLimit::check, nb::arg("run"),
           "Lines to warn of, and why the work should end, or None; of a run that was just loaded.");
}

}  // namespace joulecast::python
