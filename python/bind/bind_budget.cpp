#include "bind/attributes.hpp"
#include "bind/bind.hpp"
#include "bind/errors.hpp"
#include "bind/without_gil.hpp"
#include "bind/words.hpp"
#include "report/forecast/budget_report.hpp"
#include "session/forecast/plan_budget.hpp"

namespace joulecast::python {
namespace {

using session::BudgetPlan;
using session::BudgetPoint;
using session::BudgetRequest;
using session::BudgetResult;
using session::PlannedModel;
using session::Ranged;

void bind_request(nb::module_& module) {
  nb::class_<BudgetRequest>(module, "BudgetRequest")
      .def(nb::init<>())
      .def_rw("amount", &BudgetRequest::amount)
      .def_rw("gpus", &BudgetRequest::gpus)
      .def_rw("gpu_count", &BudgetRequest::gpu_count)
      .def_rw("precision", &BudgetRequest::precision)
      .def_rw("mfu", &BudgetRequest::mfu, nb::arg().none())
      .def_rw("power_w", &BudgetRequest::power_w, nb::arg().none())
      .def_rw("host_w", &BudgetRequest::host_w, nb::arg().none())
      .def_rw("kwh_price", &BudgetRequest::kwh_price, nb::arg().none())
      .def_rw("gpu_hour_price", &BudgetRequest::gpu_hour_price, nb::arg().none())
      .def_rw("sparsities", &BudgetRequest::sparsities)
      .def_rw("laws", &BudgetRequest::laws)
      .def_rw("size", &BudgetRequest::size)
      .def(
          "set_place",
          [](BudgetRequest& self, std::string country, std::string region, std::optional<double> intensity,
             std::optional<double> pue) {
            self.place = {std::move(country), std::move(region), intensity, pue};
          },
          nb::arg("country"), nb::arg("region"), nb::arg("intensity").none(), nb::arg("pue").none());
}

void bind_models(nb::module_& module) {
  nb::class_<Ranged>(module, "Ranged", "A figure with its 90 % interval.")
      .def_ro("value", &Ranged::value)
      .def_ro("low", &Ranged::low)
      .def_ro("high", &Ranged::high);
  nb::class_<PlannedModel>(module, "PlannedModel", "A model that the budget pays for.")
      .def_ro("law", &PlannedModel::law)
      .def_prop_ro(
          "parameters", [](const PlannedModel& model) { return model.training.all_parameters(); },
          "without embeddings, zeros included")
      .def_prop_ro(
          "data", [](const PlannedModel& model) { return model.training.data; }, "seen in the training")
      .def_ro("data_unit", &PlannedModel::data_unit, "\"tokens\" or \"images\"")
      .def_prop_ro(
          "sparsity", [](const PlannedModel& model) { return model.training.sparsity; }, "share of zeros")
      .def_ro("loss", &PlannedModel::loss, "by the law, nats")
      .def_prop_ro(
          "smallest_as_good", [](const PlannedModel& model) { return model.sizes_as_good.low; },
          "parameters of the smallest model whose loss is hardly higher")
      .def_prop_ro("largest_as_good", [](const PlannedModel& model) { return model.sizes_as_good.high; })
      .def_prop_ro(
          "extrapolated",
          [](const PlannedModel& model) {
            std::vector<std::string> figures;
            for (const auto& one : model.extrapolated) figures.emplace_back(one.figure);
            return figures;
          },
          "figures that lie outside of what the trainings behind the law covered")
      .def_ro("state_gb", &PlannedModel::state_gb, "weights, gradients and Adam's state")
      .def_ro("gpus_for_state", &PlannedModel::gpus_for_state, "that hold it")
      .def_ro("chosen_by_user", &PlannedModel::chosen_by_user, "its size was given; it is not the best");
}

void bind_plans(nb::module_& module) {
  nb::class_<BudgetPlan>(module, "BudgetPlan", "The budget spent on one kind of GPU.")
      .def_prop_ro("gpu", [](const BudgetPlan& plan) { return plan.gpu.name; })
      .def_ro("gpu_count", &BudgetPlan::gpu_count)
      .def_prop_ro("mfu", [](const BudgetPlan& plan) { return plan.mfu.figure; })
      .def_prop_ro(
          "power_w", [](const BudgetPlan& plan) { return plan.gpu_power_w.figure; }, "of one GPU")
      .def_ro("flop", &BudgetPlan::flop, "arithmetic that the budget pays for")
      .def_ro("duration_s", &BudgetPlan::duration_s)
      .def_ro("energy_j", &BudgetPlan::energy_j, "with host, if given, and PUE")
      .def_ro("cost", &BudgetPlan::cost, "in the budget's currency; None without a price")
      .def_ro("emissions", &BudgetPlan::emissions)
      .def_ro("models", &BudgetPlan::models, "by law, then by sparsity; a given size last");
  nb::class_<BudgetResult>(module, "BudgetPlans", "What a budget pays for, most arithmetic first.")
      .def_prop_ro("amount", [](const BudgetResult& result) { return report::budget_text(result.budget); })
      .def_ro("precision", &BudgetResult::precision)
      .def_ro("plans", &BudgetResult::plans)
      .def("__str__", [](const BudgetResult& result) { return in_python_words(report::to_text(result)); })
      .def("to_json", [](const BudgetResult& result) { return report::to_json_text(result); });
}

}  // namespace

void bind_budget(nb::module_& module) {
  bind_request(module);
  bind_models(module);
  bind_plans(module);
  module.def(
      "plan_budget",
      [](const BudgetRequest& request) {
        const WithoutGil released;
        return value_of(session::plan_budget(request));
      },
      nb::arg("request"));
}

}  // namespace joulecast::python
