#include "report/forecast/probe_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "report/json_value.hpp"
#include "report/phrases.hpp"
#include "report/runs/run_words.hpp"
#include "report/text_table.hpp"

namespace joulecast::report {
namespace {

using Json = nlohmann::ordered_json;
using session::ProbeVerdict;

/// "   90 %: 4.02 MJ to 4.45 MJ"
template <class U>
std::string interval_text(const std::optional<estimate::Interval<U>>& interval) {
  if (!interval) return "";
  return fmt::format("   90 %: {} to {}", to_text(interval->low), to_text(interval->high));
}

/// "3 of 90 epochs"; "" where no work was heard.
std::string work_text(const session::ProbedTraining& probed) {
  const auto& phase = probed.phase;
  if (!phase || phase->unit.empty()) return "";
  const auto total = phase->total_work ? " of " + amount(*phase->total_work) : "";
  return fmt::format("{}{} {}", amount(phase->work), total, plural_of(phase->unit));
}

/// Many programs count the steps of each epoch anew, and not all name their epochs. "" where epochs were
/// heard.
std::string counted_text(const session::ProbeResult& result) {
  const auto& phase = result.probed.phase;
  if (result.verdict == ProbeVerdict::whole || !phase || !phase->total_work || phase->unit != "step")
    return "";
  return fmt::format("the {} steps that the command counts; if they are those of one epoch, this is its cost",
                     amount(*phase->total_work));
}

std::string head_text(const session::ProbeResult& result) {
  const auto& probed = result.probed;
  if (result.verdict == ProbeVerdict::whole) return "What the training did cost\n";
  const auto work = work_text(probed);
  return fmt::format("What the whole training would cost, from {} of it{}\n",
                     to_text(probed.ended_by_itself ? probed.duration : probed.elapsed),
                     work.empty() ? "" : ", " + work);
}

std::string price_text(const session::ProbeResult& result) {
  auto text = money_text(*result.money);
  if (result.money_low)
    text += fmt::format("   90 %: {} to {}", money_text(*result.money_low), money_text(*result.money_high));
  return text + fmt::format(" (at {} per kWh)", money_text(*result.price));
}

void put_costs(TextTable& table, const session::ProbeResult& result) {
  if (!result.energy) {
    table.add({"energy", "not known"});
    return;
  }
  const auto& [energy, interval] = *result.energy;
  table.add({"energy", fmt::format("{}, {}{}", to_text(energy), to_text(to_kilowatt_hours(energy)),
                                   interval_text(interval))});
  if (result.duration)
    table.add({"duration", to_text(result.duration->value) + interval_text(result.duration->interval)});
  if (result.carbon.mass && result.carbon.intensity)
    table.add(
        {"emissions", fmt::format("{}{} ({})", to_text(*result.carbon.mass),
                                  interval_text(result.carbon_interval), result.carbon.intensity->source)});
  if (result.money) table.add({"price", price_text(result)});
}

/// "94 % measured, the rest modelled; without gpu 1"
std::string source_text(const trace::RunEnergy& energy) {
  if (!energy.total) return "nothing was measured";
  Joules measured{0};
  for (const auto& row : energy.components)
    if (row.in_total && row.energy && row.provenance == Provenance::measured) measured += *row.energy;
  auto text = std::string(name_of(energy.provenance));
  if (energy.provenance != Provenance::measured && measured > Joules{0})
    text = fmt::format("{} measured, the rest {}", percent(measured / *energy.total), text);
  if (const auto parts = left_out_text(energy); !parts.empty()) text += "; without " + parts;
  return text;
}

std::string stored_text(const session::ProbedTraining& probed) {
  return probed.run_id.empty() ? "not stored" : "as " + probed.run_id + ": joulecast show " + probed.run_id;
}

Json money_json(const session::ProbeResult& result) {
  if (!result.money) return nullptr;
  const auto amount_of = [](const std::optional<session::Money>& money) {
    return money ? or_null(money->amount) : Json(nullptr);
  };
  return {{"amount", or_null(result.money->amount)},
          {"low", amount_of(result.money_low)},
          {"high", amount_of(result.money_high)},
          {"currency", or_null(result.money->currency)}};
}

Json emissions_json(const session::ProbeResult& result) {
  const auto& interval = result.carbon_interval;
  return {{"co2e_g", or_null(result.carbon.mass)},
          {"low_g", interval ? or_null(interval->low) : Json(nullptr)},
          {"high_g", interval ? or_null(interval->high) : Json(nullptr)},
          {"reason", or_null(result.carbon.reason)}};
}

Json probed_json(const session::ProbedTraining& probed) {
  const auto& phase = probed.phase;
  return {{"run_id", or_null(probed.run_id)},
          {"ended_by_itself", probed.ended_by_itself},
          {"killed", probed.killed},
          {"exit_status", probed.exit_status},
          {"until_s", probed.elapsed.value()},
          {"duration_s", probed.duration.value()},
          {"energy_j", or_null(probed.energy.total)},
          {"provenance", std::string(name_of(probed.energy.provenance))},
          {"missing", probed.energy.missing},
          {"unit", phase ? or_null(phase->unit) : Json(nullptr)},
          {"work", phase ? or_null(phase->work) : Json(nullptr)},
          {"total_work", phase ? or_null(phase->total_work) : Json(nullptr)}};
}

std::string interval_text(const session::Predicted& figure, std::string (*write)(double)) {
  return figure.low && figure.high ? fmt::format("{} to {}", write(*figure.low), write(*figure.high)) : "";
}

std::string_view remark_on(session::BoardBasis basis) {
  switch (basis) {
    case session::BoardBasis::measured:
      return "measured here";
    case session::BoardBasis::network:
      return "scaled by the network";
    case session::BoardBasis::predicted:
      return "predicted";
    case session::BoardBasis::figures:
      break;
  }
  return "scaled by bandwidth and peak alone";
}

void put_board(TextTable& table, const session::ProbedBoard& board) {
  const auto joules = [](double value) { return to_text(Joules{value}); };
  const auto of = [](const std::optional<session::Predicted>& figure, std::string (*write)(double)) {
    return figure ? write(figure->value) : std::string("not known");
  };
  const auto memory = !board.memory_needed_gb ? std::string()
                      : board.fits
                          ? fmt::format("{:.1f} of {:.0f} GB", *board.memory_needed_gb, *board.memory_gb)
                          : std::string("too small");
  table.add({fmt::format("{}{}", board.gpu_count > 1 ? fmt::format("{} x ", board.gpu_count) : "", board.gpu),
             of(board.duration_s, [](double value) { return to_text(Seconds{value}); }),
             of(board.power_w, [](double value) { return to_text(Watts{value}); }),
             of(board.energy_j, joules), board.energy_j ? interval_text(*board.energy_j, joules) : "",
             board.emissions && board.emissions->mass ? to_text(*board.emissions->mass) : "", memory,
             std::string(remark_on(board.basis))});
}

bool has_emissions(const session::ProbedBoards& boards) {
  return std::ranges::any_of(boards.others, [](const auto& board) { return board.emissions.has_value(); });
}

std::string boards_text(const session::ProbedBoards& boards) {
  std::string text = "\nOn other boards, the GPUs alone\n";
  TextTable table({Align::left, Align::right, Align::right, Align::right, Align::left, Align::right,
                   Align::left, Align::left});
  if (boards.here || !boards.others.empty())
    table.add({"", "duration", "power", "energy", "90 %", has_emissions(boards) ? "emissions" : "", "", ""});
  if (boards.here) put_board(table, *boards.here);
  for (const auto& board : boards.others) put_board(table, board);
  text += table.text();
  return boards.why.empty() ? text : text + "  " + boards.why + "\n";
}

Json figure_json(const std::optional<session::Predicted>& figure) {
  if (!figure) return nullptr;
  return {{"value", or_null(figure->value)}, {"low", or_null(figure->low)}, {"high", or_null(figure->high)}};
}

Json board_json(const session::ProbedBoard& board) {
  return {{"gpu", board.gpu},
          {"gpu_count", board.gpu_count},
          {"basis", std::string(name_of(board.basis))},
          {"gpu_energy_j", figure_json(board.energy_j)},
          {"duration_s", figure_json(board.duration_s)},
          {"gpu_power_w", figure_json(board.power_w)},
          {"co2e_g", board.emissions ? or_null(board.emissions->mass) : Json(nullptr)},
          {"memory_needed_gb", or_null(board.memory_needed_gb)},
          {"memory_gb", or_null(board.memory_gb)},
          {"largest_batch", or_null(board.largest_batch)},
          {"fits", board.memory_needed_gb ? Json(board.fits) : Json(nullptr)}};
}

Json boards_json(const std::optional<session::ProbedBoards>& boards) {
  if (!boards) return nullptr;
  Json json{{"here", boards->here ? board_json(*boards->here) : Json(nullptr)},
            {"others", Json::array()},
            {"reason", or_null(boards->why)}};
  for (const auto& board : boards->others) json["others"].push_back(board_json(board));
  return json;
}

}  // namespace

std::string to_text(const session::ProbeResult& result) {
  TextTable table({Align::left, Align::left});
  put_costs(table, result);
  table.add({result.verdict == ProbeVerdict::not_ready ? "not ready" : "ready", result.why});
  if (const auto counted = counted_text(result); !counted.empty()) table.add({"whole is", counted});
  if (result.energy) table.add({"energy is", source_text(result.probed.energy)});
  table.add({"stored", stored_text(result.probed)});
  return head_text(result) + table.text() + (result.boards ? boards_text(*result.boards) : "");
}

nlohmann::ordered_json to_json(const session::ProbeResult& result) {
  const auto& projection = result.probed.projection;
  Json json{{"verdict", std::string(name_of(result.verdict))},
            {"ready", result.verdict != ProbeVerdict::not_ready},
            {"reason", result.why},
            {"level", estimate::interval_level}};
  json["share"] = result.verdict == ProbeVerdict::whole ? Json(1.0)
                  : projection                          ? or_null(projection->share)
                                                        : Json(nullptr);
  const auto interval = result.energy ? result.energy->interval : std::nullopt;
  json["total_j"] = result.energy ? or_null(result.energy->value) : Json(nullptr);
  json["low_j"] = interval ? or_null(interval->low) : Json(nullptr);
  json["high_j"] = interval ? or_null(interval->high) : Json(nullptr);
  const auto time = result.duration ? result.duration->interval : std::nullopt;
  json["duration_s"] = result.duration ? or_null(result.duration->value) : Json(nullptr);
  json["duration_low_s"] = time ? or_null(time->low) : Json(nullptr);
  json["duration_high_s"] = time ? or_null(time->high) : Json(nullptr);
  json["emissions"] = emissions_json(result);
  json["money"] = money_json(result);
  json["probe"] = probed_json(result.probed);
  json["boards"] = boards_json(result.boards);
  return json;
}

std::string to_json_text(const session::ProbeResult& result) {
  return json_text(to_json(result));
}

}  // namespace joulecast::report
