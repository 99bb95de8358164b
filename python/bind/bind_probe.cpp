#include <nanobind/stl/filesystem.h>

#include "bind/attributes.hpp"
#include "bind/bind.hpp"
#include "bind/errors.hpp"
#include "bind/members.hpp"
#include "bind/pickling.hpp"
#include "bind/without_gil.hpp"
#include "bind/words.hpp"
#include "report/forecast/probe_report.hpp"
#include "run/probed.hpp"
#include "run/run_command.hpp"
#include "session/forecast/probe_boards.hpp"
#include "session/forecast/probe_training.hpp"
#include "store/run_store.hpp"
#include "trace/forecast_doubt.hpp"

namespace joulecast::python {

inline auto members(Of<trace::Phase>) {
  using P = trace::Phase;
  return std::tuple{&P::name, &P::unit, &P::span, &P::work, &P::total_work, &P::energy};
}
inline auto members(Of<session::ProbedTraining>) {
  using P = session::ProbedTraining;
  return std::tuple{&P::run_id,      &P::store,  &P::ended_by_itself, &P::killed,
                    &P::exit_status, &P::energy, &P::duration,        &P::projection,
                    &P::doubt,       &P::phase,  &P::elapsed};
}

namespace {

using run::MeasureOptions;
using session::ProbedBoard;
using session::ProbedTraining;
using session::ProbeResult;

/// A figure of the whole training, with its 90 % interval where there is one.
struct Figure {
  double value = 0;
  std::optional<double> low, high;
};

template <class U>
std::optional<Figure> figure(const std::optional<estimate::Estimate<U>>& estimate) {
  if (!estimate) return std::nullopt;
  Figure figure{estimate->value.value(), {}, {}};
  if (estimate->interval) {
    figure.low = estimate->interval->low.value();
    figure.high = estimate->interval->high.value();
  }
  return figure;
}
std::optional<Figure> figure(const std::optional<session::Predicted>& predicted) {
  if (!predicted) return std::nullopt;
  return Figure{predicted->value, predicted->low, predicted->high};
}

std::optional<Figure> emissions_of(const ProbeResult& result) {
  if (!result.carbon.mass) return std::nullopt;
  Figure figure{result.carbon.mass->value(), {}, {}};
  if (result.carbon_interval) {
    figure.low = result.carbon_interval->low.value();
    figure.high = result.carbon_interval->high.value();
  }
  return figure;
}

std::optional<Figure> cost_of(const ProbeResult& result) {
  if (!result.money) return std::nullopt;
  Figure figure{result.money->amount, {}, {}};
  if (result.money_low) figure.low = result.money_low->amount;
  if (result.money_high) figure.high = result.money_high->amount;
  return figure;
}

std::vector<ProbedBoard> boards_of(const ProbeResult& result) {
  std::vector<ProbedBoard> boards;
  if (!result.boards) return boards;
  if (result.boards->here) boards.push_back(*result.boards->here);
  boards.insert(boards.end(), result.boards->others.begin(), result.boards->others.end());
  return boards;
}

/// For a process that does nothing else: it passes signals on, and starts others.
ProbedTraining measure_for_probe(MeasureOptions options) {
  const WithoutGil released;
  options.quiet = true;
  options.live = run::LiveMode::off;
  options.adopt_orphans = true;
  return run::probed_by(value_of(run::measure(options, sensors::real_environment())));
}

/// What the other boards are asked of; nothing if none are.
std::optional<session::BoardsRequest> boards_request(const session::PredictionRequest* request) {
  if (request == nullptr) return std::nullopt;
  return session::BoardsRequest{*request};
}

/// Before a training is started and ended for it.
void check_probe(const MeasureOptions& options, const std::string& price,
                 const session::PredictionRequest* request) {
  const WithoutGil released;
  if (options.store) value_of(store::check_url(options.store->string()));
  value_of(session::check({.probed = {}, .place = options.place, .price = price}));
  if (const auto boards = boards_request(request))
    value_of(session::check_boards(*boards, sensors::real_environment()));
}

ProbeResult result_of_probe(const ProbedTraining& probed, const MeasureOptions& options,
                            const std::string& price, const session::PredictionRequest* request) {
  const WithoutGil released;
  auto result = value_of(session::probe_training({.probed = probed, .place = options.place, .price = price}));
  if (const auto boards = boards_request(request))
    result.boards = value_of(session::probe_boards(*boards, result, session::gpu_of(result.probed)));
  return result;
}

void bind_options(nb::module_& module) {
  nb::class_<MeasureOptions>(module, "ProbeOptions")
      .def(nb::init<>())
      .def_rw("command", &MeasureOptions::command)
      .def_rw("name", &MeasureOptions::name)
      .def_rw("tags", &MeasureOptions::tags)
      .def_rw("sensors", &MeasureOptions::sensors)
      .def_rw("store", &MeasureOptions::store, nb::arg().none())
      .def_rw("epoch_regex", &MeasureOptions::epoch_regex)
      .def_rw("step_regex", &MeasureOptions::step_regex)
      .def_rw("total_epochs", &MeasureOptions::total_epochs, nb::arg().none())
      .def_rw("total_steps", &MeasureOptions::total_steps, nb::arg().none())
      .def_rw("keep_arguments", &MeasureOptions::keep_arguments)
      .def(
          "set_times",
          [](MeasureOptions& self, double interval_s, double at_most_s, double grace_s) {
            self.interval = Seconds{interval_s};
            self.probe = {Seconds{at_most_s}, Seconds{grace_s}};
          },
          nb::arg("interval_s"), nb::arg("at_most_s"), nb::arg("grace_s"))
      .def(
          "set_place",
          [](MeasureOptions& self, std::string country, std::string region, std::optional<double> intensity,
             std::optional<double> pue) {
            self.place = {std::move(country), std::move(region), intensity, pue};
          },
          nb::arg("country"), nb::arg("region"), nb::arg("intensity").none(), nb::arg("pue").none());
}

void bind_figures(nb::module_& module) {
  nb::class_<Figure>(module, "ProbedFigure", "A figure of the whole training.")
      .def_ro("value", &Figure::value)
      .def_ro("low", &Figure::low, "of the 90 % interval; None where the training has ended by itself")
      .def_ro("high", &Figure::high);
  nb::class_<ProbedBoard>(module, "ProbedBoard",
                          "What the GPUs alone would use, on a board of the catalogue.")
      .def_ro("gpu", &ProbedBoard::gpu)
      .def_ro("gpu_count", &ProbedBoard::gpu_count)
      .def_prop_ro("basis", get(&ProbedBoard::basis),
                   "what it rests on: \"measured\" here, \"network\", \"figures\" or \"predicted\"")
      .def_prop_ro("energy_j", [](const ProbedBoard& board) { return figure(board.energy_j); })
      .def_prop_ro("duration_s", [](const ProbedBoard& board) { return figure(board.duration_s); })
      .def_prop_ro("power_w", [](const ProbedBoard& board) { return figure(board.power_w); })
      .def_ro("emissions", &ProbedBoard::emissions, "of the energy; None where no place was given")
      .def_ro("memory_needed_gb", &ProbedBoard::memory_needed_gb, "of one GPU")
      .def_ro("memory_gb", &ProbedBoard::memory_gb, "of one GPU")
      .def_ro("fits", &ProbedBoard::fits, "into its memory; True if unknown");
  nb::class_<ProbedTraining> probed(module, "ProbedTraining", "What was measured until a probe was over.");
  def_pickling(probed);
}

void bind_result(nb::module_& module) {
  nb::class_<ProbeResult>(module, "Probe", "What a whole training would cost, told from its first part.")
      .def_prop_ro(
          "verdict", get(&ProbeResult::verdict),
          "\"ready\", \"not_ready\", or \"whole\": it ended by itself, and the figures are what it did "
          "cost")
      .def_prop_ro(
          "why", [](const ProbeResult& result) { return in_python_words(result.why); },
          "what the verdict rests on, or what is missing")
      .def_prop_ro(
          "energy_j", [](const ProbeResult& result) { return figure(result.energy); },
          "None where nothing can be said")
      .def_prop_ro("duration_s", [](const ProbeResult& result) { return figure(result.duration); })
      .def_prop_ro("emissions_g", emissions_of, "CO2e; None where no place was given")
      .def_ro("emissions", &ProbeResult::carbon, "with where the factors come from")
      .def_prop_ro("cost", cost_of, "in the price's currency; None without a price")
      .def_prop_ro(
          "projection", [](const ProbeResult& result) { return result.probed.projection; },
          "the forecast when the probe had seen enough; None if there was none")
      .def_prop_ro("boards", boards_of, "that were asked for; the one that was measured comes first")
      .def_prop_ro(
          "boards_why",
          [](const ProbeResult& result) {
            return result.boards ? in_python_words(result.boards->why) : std::string();
          },
          "why nothing is known of them, or what is missing; may be empty")
      .def_prop_ro(
          "run_id", [](const ProbeResult& result) { return result.probed.run_id; },
          "of what was measured; \"\" if it could not be stored")
      .def_prop_ro("store", [](const ProbeResult& result) { return result.probed.store.string(); })
      .def_prop_ro(
          "used", [](const ProbeResult& result) { return result.probed.energy; },
          "energy of the probe itself, with the time that the command took to end")
      .def_prop_ro("used_s", [](const ProbeResult& result) { return result.probed.duration.value(); })
      .def_prop_ro(
          "exit_status", [](const ProbeResult& result) { return result.probed.exit_status; },
          "of the command; 128 and the signal's number where one ended it")
      .def_prop_ro(
          "killed", [](const ProbeResult& result) { return result.probed.killed; },
          "it did not end when it was asked to")
      .def("__str__", [](const ProbeResult& result) { return in_python_words(report::to_text(result)); })
      .def("to_json", [](const ProbeResult& result) { return report::to_json_text(result); });
}

}  // namespace

void bind_probe(nb::module_& module) {
  bind_options(module);
  bind_figures(module);
  bind_result(module);
  module.def("measure_for_probe", measure_for_probe, nb::arg("options"),
             "For a process that does nothing else: it passes signals on.");
  module.def("check_probe", check_probe, nb::arg("options"), nb::arg("price"), nb::arg("boards").none());
  module.def("result_of_probe", result_of_probe, nb::arg("probed"), nb::arg("options"), nb::arg("price"),
             nb::arg("boards").none());
}

}  // namespace joulecast::python
