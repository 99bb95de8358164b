#include <nanobind/stl/filesystem.h>

#include "bind/attributes.hpp"
#include "bind/bind.hpp"
#include "bind/errors.hpp"
#include "bind/without_gil.hpp"
#include "report/evaluate/offline_evaluation_report.hpp"
#include "report/evaluate/online_evaluation_report.hpp"
#include "session/evaluate/offline.hpp"
#include "session/evaluate/online.hpp"

namespace joulecast::python {
namespace {

using estimate::OfflineEvaluation;
using estimate::OnlineEvaluation;
using Paths = std::vector<std::filesystem::path>;

void bind_scores(nb::module_& module) {
  using estimate::Scores;
  nb::class_<Scores>(module, "Scores", "How far estimates were off; errors in percent of the true value.")
      .def_ro("runs", &Scores::runs)
      .def_ro("median_ape", &Scores::median_ape, "median absolute percentage error")
      .def_ro("mean_ape", &Scores::mean_ape)
      .def_ro("p90_ape", &Scores::p90_ape)
      .def_ro("coverage", &Scores::coverage, "share of the runs in the 90 % interval; None without intervals")
      .def_ro("interval_width", &Scores::interval_width, "mean, percent of the true value");
}

void bind_online(nb::module_& module) {
  using estimate::NamedScores;
  nb::class_<NamedScores>(module, "MethodScores", "The scores of a method.")
      .def_ro("name", &NamedScores::name)
      .def_ro("energy", &NamedScores::energy)
      .def_ro("duration", &NamedScores::duration);
  using ShareRow = OnlineEvaluation::ShareRow;
  nb::class_<ShareRow>(module, "ShareScores", "The scores after a share of the work.")
      .def_ro("share", &ShareRow::share)
      .def_ro("energy", &ShareRow::energy)
      .def_ro("duration", &ShareRow::duration)
      .def_ro("ready", &ShareRow::ready, "share of the runs whose forecast was ready");
  nb::class_<OnlineEvaluation>(module, "OnlineEvaluation",
                               "Forecasts during training, replayed on recorded runs.")
      .def_ro("runs", &OnlineEvaluation::runs)
      .def_ro("methods", &OnlineEvaluation::methods)
      .def_ro("by_share", &OnlineEvaluation::by_share)
      .def("__str__", [](const OnlineEvaluation& self) { return report::to_text(self); })
      .def("to_json", [](const OnlineEvaluation& self) { return report::to_json_text(self); });
  module.def(
      "evaluate_online",
      [](Paths roots) {
        const WithoutGil released;
        session::OnlineEvaluationRequest request;
        request.roots = std::move(roots);
        return value_of(session::evaluate_online(request));
      },
      nb::arg("roots"));
}

void bind_offline(nb::module_& module) {
  using estimate::OfflineScores;
  nb::class_<OfflineScores>(module, "TargetScores", "The scores of a method for one quantity.")
      .def_ro("name", &OfflineScores::name)
      .def_prop_ro("target", get(&OfflineScores::target))
      .def_ro("scores", &OfflineScores::scores)
      .def_ro("r2", &OfflineScores::r2);
  nb::class_<OfflineEvaluation>(module, "OfflineEvaluation",
                                "Predictions before training, on measured configurations.")
      .def_ro("split", &OfflineEvaluation::split)
      .def_ro("train_rows", &OfflineEvaluation::train_rows)
      .def_ro("test_rows", &OfflineEvaluation::test_rows)
      .def_ro("methods", &OfflineEvaluation::methods)
      .def("__str__", [](const OfflineEvaluation& self) { return report::to_text(self); })
      .def("to_json", [](const OfflineEvaluation& self) { return report::to_json_text(self); });
  module.def(
      "evaluate_offline",
      [](std::filesystem::path table, std::filesystem::path test, std::string split,
         std::vector<std::string> methods, std::uint64_t seed) {
        const WithoutGil released;
        session::OfflineEvaluationRequest request;
        request.tables = {std::move(table)};
        if (!test.empty()) request.test = {std::move(test)};
        request.split = std::move(split);
        request.methods = std::move(methods);
        request.seed = seed;
        return value_of(session::evaluate_offline(request)).evaluation;
      },
      nb::arg("table"), nb::arg("test"), nb::arg("split"), nb::arg("methods"), nb::arg("seed"));
}

}  // namespace

void bind_evaluation(nb::module_& module) {
  bind_scores(module);
  bind_online(module);
  bind_offline(module);
}

}  // namespace joulecast::python
