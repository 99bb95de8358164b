#include <cmath>
#include <optional>

#include "bind/attributes.hpp"
#include "bind/bind.hpp"
#include "bind/errors.hpp"
#include "bind/without_gil.hpp"
#include "bind/words.hpp"
#include "report/tables/comparison_report.hpp"
#include "report/tables/recommendation_report.hpp"
#include "report/tables/tradeoff_report.hpp"
#include "session/runs/run_summary.hpp"
#include "session/tables/compare_runs.hpp"
#include "session/tables/load_run_table.hpp"
#include "session/tables/recommend_training.hpp"
#include "session/tables/tradeoff_runs.hpp"

namespace joulecast::python {
namespace {

using session::RunTable;

std::pair<double, double> pair_of(const stats::Range& range) {
  return {range.low, range.high};
}

void bind_table(nb::module_& module) {
  nb::class_<RunTable>(module, "RunTable", "Runs as a table, one row a run.")
      .def_static(
          "load",
          [](const std::string& source, const std::string& store) {
            const WithoutGil released;
            return value_of(session::load_run_table(source, store));
          },
          nb::arg("source"), nb::arg("store"))
      .def_static(
          "from_runs",
          [](const std::vector<const session::RunSummary*>& summaries) {
            std::vector<trace::Run> runs;
            runs.reserve(summaries.size());
            for (const auto* summary : summaries) runs.push_back(summary->run);
            const WithoutGil released;
            return session::table_of_runs(runs, "runs");
          },
          nb::arg("runs"))
      .def_static(
          "from_rows",
          [](std::string source, std::vector<std::string> columns,
             const std::vector<std::vector<std::optional<std::string>>>& rows) {
            session::RunRows table;
            table.source = std::move(source);
            table.columns = std::move(columns);
            for (std::size_t i = 0; i < rows.size(); ++i) {
              table.ids.push_back(std::to_string(i));
              for (const auto& cell : rows[i]) table.cells.emplace_back(cell.value_or(""));
            }
            return RunTable(std::move(table));
          },
          nb::arg("source"), nb::arg("columns"), nb::arg("rows"))
      .def_prop_ro("source", &RunTable::source)
      .def_prop_ro("rows", &RunTable::rows)
      .def_prop_ro("columns", [](const RunTable& table) {
        return std::vector<std::string>(table.columns().begin(), table.columns().end());
      });
}

void bind_comparison(nb::module_& module) {
  using session::CompareRequest;
  using session::Comparison;
  using stats::GroupFacts;
  using stats::PairOutcome;
  nb::class_<GroupFacts>(module, "Group", "One group of a comparison.")
      .def_ro("name", &GroupFacts::name)
      .def_prop_ro("n", [](const GroupFacts& group) { return group.summary.n; })
      .def_prop_ro("median", [](const GroupFacts& group) { return group.summary.median; })
      .def_prop_ro("mean", [](const GroupFacts& group) { return group.summary.mean; })
      .def_prop_ro("median_interval", [](const GroupFacts& group) { return pair_of(group.median_interval); });
  nb::class_<PairOutcome>(module, "Pair", "Two groups of a comparison, as positions in its groups.")
      .def_ro("a", &PairOutcome::a)
      .def_ro("b", &PairOutcome::b)
      .def_ro("median_difference", &PairOutcome::median_difference)
      .def_ro("median_ratio", &PairOutcome::median_ratio)
      .def_prop_ro("cliffs_delta", [](const PairOutcome& pair) { return pair.delta.value; })
      .def_ro("p_value", &PairOutcome::p_value)
      .def_ro("p_adjusted", &PairOutcome::p_adjusted);
  nb::class_<Comparison>(module, "Comparison",
                         "Groups of runs compared: tests, effects and what was left out.")
      .def_ro("source", &Comparison::source)
      .def_ro("group", &Comparison::group)
      .def_ro("value", &Comparison::value)
      .def_prop_ro(
          "groups", [](const Comparison& self) { return self.overall.groups; }, "by rising median")
      .def_prop_ro("pairs", [](const Comparison& self) { return self.overall.pairs; })
      .def_prop_ro("test", [](const Comparison& self) { return self.overall.test.name; })
      .def_prop_ro("p_value", [](const Comparison& self) { return self.overall.test.p_value; })
      .def_prop_ro("effect", [](const Comparison& self) { return self.overall.test.effect; })
      .def_prop_ro("effect_name", [](const Comparison& self) { return self.overall.test.effect_name; })
      .def_prop_ro("magnitude", [](const Comparison& self) { return self.overall.test.magnitude; })
      .def_prop_ro(
          "why", [](const Comparison& self) { return self.overall.why; }, "why this test")
      .def_prop_ro("warnings",
                   [](const Comparison& self) {
                     auto warnings = self.warnings;
                     warnings.insert(warnings.end(), self.overall.warnings.begin(),
                                     self.overall.warnings.end());
                     return warnings;
                   })
      .def("__str__", [](const Comparison& self) { return in_python_words(report::to_text(self)); })
      .def("to_json", [](const Comparison& self) { return report::to_json_text(self); });
  module.def(
      "compare",
      [](const RunTable& table, std::string group, std::string value, std::string by,
         std::vector<std::string> only, bool distinct, double alpha) {
        const WithoutGil released;
        CompareRequest request{std::move(group), std::move(value), std::move(by),
                               std::move(only),  distinct,         {}};
        request.options.alpha = alpha;
        return value_of(session::compare_runs(table, request));
      },
      nb::arg("table"), nb::arg("group"), nb::arg("value"), nb::arg("by"), nb::arg("only"),
      nb::arg("distinct"), nb::arg("alpha"));
}

void bind_alternative(nb::module_& module) {
  using tradeoff::Alternative;
  nb::class_<Alternative>(module, "Alternative", "One way to train, with all its runs.")
      .def_prop_ro("name", &Alternative::name)
      .def_ro("labels", &Alternative::labels)
      .def_prop_ro("provenance", get(&Alternative::provenance))
      .def_ro("runs", &Alternative::runs)
      .def_ro("values", &Alternative::values, "by column, one value a run");
}

void bind_tradeoff(nb::module_& module) {
  using session::Tradeoff;
  using session::TradeoffRequest;
  using tradeoff::Placed;
  nb::class_<Placed>(module, "Placed", "An alternative between cost and quality.")
      .def_ro("alternative", &Placed::alternative, "its position in the alternatives")
      .def_ro("cost", &Placed::cost, "median over its runs")
      .def_ro("quality", &Placed::quality)
      .def_prop_ro("cost_interval", [](const Placed& self) { return pair_of(self.cost_interval); })
      .def_ro("cost_by_meters", &Placed::cost_by_meters)
      .def_prop_ro("quality_interval", [](const Placed& self) { return pair_of(self.quality_interval); })
      .def_ro("on_front", &Placed::on_front)
      .def_prop_ro(
          "front_share",
          [](const Placed& self) {
            return std::isfinite(self.front_share) ? std::optional(self.front_share) : std::nullopt;
          },
          "share of the bootstrap samples in which it is on the front; None of fewer than three runs");
  nb::class_<Tradeoff>(module, "Tradeoff", "What correctness costs, by alternative.")
      .def_ro("source", &Tradeoff::source)
      .def_ro("keys", &Tradeoff::keys)
      .def_ro("alternatives", &Tradeoff::alternatives)
      .def_prop_ro(
          "placed", [](const Tradeoff& self) { return self.overview.placed; }, "by rising cost")
      .def_prop_ro(
          "front", [](const Tradeoff& self) { return self.overview.front; }, "positions in placed")
      .def_prop_ro(
          "best", [](const Tradeoff& self) { return self.overview.best; }, "position in placed")
      .def_prop_ro("cheapest_within", [](const Tradeoff& self) { return self.overview.cheapest_within; })
      .def_prop_ro("saving", [](const Tradeoff& self) { return self.overview.saving; })
      .def_prop_ro("saving_interval",
                   [](const Tradeoff& self) { return pair_of(self.overview.saving_interval); })
      .def_prop_ro("quality_lost", [](const Tradeoff& self) { return self.overview.quality_lost; })
      .def_ro("warnings", &Tradeoff::warnings)
      .def("__str__", [](const Tradeoff& self) { return in_python_words(report::to_text(self)); })
      .def("to_json", [](const Tradeoff& self) { return report::to_json_text(self); });
  module.def(
      "tradeoff",
      [](const RunTable& table, std::string quality, std::string cost, std::vector<std::string> group,
         std::vector<std::string> only, bool distinct, double within, bool lower_is_better) {
        const WithoutGil released;
        TradeoffRequest request;
        request.alternatives = {std::move(group), std::move(only), distinct};
        request.cost = std::move(cost);
        request.quality = std::move(quality);
        request.within = within;
        request.lower_quality_is_better = lower_is_better;
        return value_of(session::tradeoff_runs(table, request));
      },
      nb::arg("table"), nb::arg("quality"), nb::arg("cost"), nb::arg("group"), nb::arg("only"),
      nb::arg("distinct"), nb::arg("within"), nb::arg("lower_is_better"));
}

void bind_recommendation(nb::module_& module) {
  using session::RecommendRequest;
  using session::TrainingRecommendation;
  using tradeoff::Ranked;
  nb::class_<Ranked>(module, "Ranked", "An alternative's place in a recommendation.")
      .def_ro("alternative", &Ranked::alternative, "its position in the alternatives")
      .def_ro("cost", &Ranked::cost)
      .def_ro("fits", &Ranked::fits, "meets all requirements")
      .def_ro("broken", &Ranked::broken, "requirements that it does not meet")
      .def_ro("chosen_share", &Ranked::chosen_share, "share of the bootstrap samples that choose it");
  nb::class_<TrainingRecommendation>(module, "Recommendation",
                                     "The cheapest alternative that meets the requirements.")
      .def_ro("source", &TrainingRecommendation::source)
      .def_ro("keys", &TrainingRecommendation::keys)
      .def_ro("alternatives", &TrainingRecommendation::alternatives)
      .def_prop_ro("ranked", [](const TrainingRecommendation& self) { return self.recommendation.ranked; })
      .def_prop_ro("choice",
                   [](const TrainingRecommendation& self) {
                     return self.alternatives[self.recommendation.choice().alternative];
                   })
      .def_prop_ro(
          "baseline",
          [](const TrainingRecommendation& self) { return self.alternatives[self.recommendation.baseline]; })
      .def_prop_ro("saving", [](const TrainingRecommendation& self) { return self.recommendation.saving; })
      .def_prop_ro(
          "saving_interval",
          [](const TrainingRecommendation& self) { return pair_of(self.recommendation.saving_interval); })
      .def_ro("warnings", &TrainingRecommendation::warnings)
      .def("__str__",
           [](const TrainingRecommendation& self) { return in_python_words(report::to_text(self)); })
      .def("to_json", [](const TrainingRecommendation& self) { return report::to_json_text(self); });
  module.def(
      "recommend",
      [](const RunTable& table, std::vector<std::string> require, std::string minimise,
         std::vector<std::string> group, std::vector<std::string> only, bool distinct, std::string baseline,
         std::vector<session::Prediction> predictions) {
        const WithoutGil released;
        RecommendRequest request;
        request.alternatives = {std::move(group), std::move(only), distinct};
        request.minimise = std::move(minimise);
        request.requirements = std::move(require);
        request.baseline = std::move(baseline);
        request.predictions = std::move(predictions);
        request.predictions_source = "predictions";
        return value_of(session::recommend_training(table, request));
      },
      nb::arg("table"), nb::arg("require"), nb::arg("minimise"), nb::arg("group"), nb::arg("only"),
      nb::arg("distinct"), nb::arg("baseline"), nb::arg("predictions"));
}

}  // namespace

void bind_tables(nb::module_& module) {
  bind_table(module);
  bind_comparison(module);
  bind_alternative(module);
  bind_tradeoff(module);
  bind_recommendation(module);
}

}  // namespace joulecast::python
