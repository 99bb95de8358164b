#include "report/forecast/prediction_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "base/clock.hpp"
#include "base/json_depth.hpp"
#include "base/text.hpp"
#include "report/json_value.hpp"

namespace joulecast::report {
namespace {

using Json = nlohmann::ordered_json;
using estimate::Novelty;

std::string_view label_of(const session::Predicted& predicted) {
  if (!predicted.low) return "no interval";
  return predicted.calibrated ? "calibrated" : "model-based";
}

template <class Unit>
std::string line_of(const session::Predicted& p) {
  auto text = to_text(Unit{p.value});
  if (p.low && p.high)
    text += fmt::format("   90 %: {} to {}", to_text(Unit{*p.low}), to_text(Unit{*p.high}));
  return text + fmt::format(" ({})", label_of(p));
}

Json quantity_json(const std::optional<session::Predicted>& p) {
  if (!p) return nullptr;
  return {{"value", p->value},
          {"low", or_null(p->low)},
          {"high", or_null(p->high)},
          {"interval", p->low ? Json(label_of(*p)) : Json(nullptr)}};
}

/// Says which part of the configuration was measured.
std::string_view describe(Novelty novelty) {
  switch (novelty) {
    case Novelty::repeat:
      return "this very configuration";
    case Novelty::near:
      return "this training on this machine, at another batch size or power limit";
    case Novelty::pair:
      return "this training, and this machine, but not together";
    case Novelty::new_gpu:
      return "this training, on other GPUs";
    case Novelty::new_architecture:
      return "other networks on this machine";
    case Novelty::new_both:
      return "other networks on other GPUs, with the same software";
    case Novelty::new_source:
      break;
  }
  return "no run of this software and machine (--like NAME says that it is like one of the sources)";
}

std::string describe(const estimate::MeasuredGroup& group) {
  const auto batch = group.batch_low == group.batch_high
                         ? fmt::format("{:g}", group.batch_low)
                         : fmt::format("{:g}-{:g}", group.batch_low, group.batch_high);
  std::string from;
  for (const auto* part : {&group.dataset, &group.framework, &group.source})
    if (!part->empty()) from += (from.empty() ? "" : ", ") + *part;
  return fmt::format("{} on {}, batch {} ({})", group.architecture, group.gpu, batch, from);
}

std::string describe(const estimate::OutsideRange& outside) {
  const auto& [feature, low, high] = outside.range;
  return fmt::format("{} {:.4g} lies outside the training range {:.4g} to {:.4g}", feature, outside.value,
                     low, high);
}

/// "not counted: 8 % of the nodes (Einsum 3, lab::Magic 1); …"; "" if everything is counted.
std::string uncounted_text(const session::Prediction& p) {
  if (p.uncounted.empty()) return "";
  std::map<std::string, int> nodes;
  for (const auto& missed : p.uncounted) nodes[missed.operation] += missed.nodes;
  std::string names;
  for (const auto& [operation, count] : nodes)
    names += fmt::format("{}{} {}", names.empty() ? "" : ", ", operation, count);
  return fmt::format("{:.1f} % of the nodes are not counted ({}): the figures are too low",
                     100 * p.uncounted_share, names);
}

/// Everything that makes a prediction less trustworthy.
std::vector<std::string> warnings_of(const session::Prediction& p) {
  std::vector<std::string> warnings;
  if (auto text = uncounted_text(p); !text.empty()) warnings.push_back(std::move(text));
  for (const auto& outside : p.outside_ranges) warnings.push_back(describe(outside));
  return warnings;
}

/// For predictions made by predict_training(), which always have both figures.
int batch_of(const session::Prediction& p) {
  return static_cast<int>(p.training.batch_size.value_or(0));
}
int gpus_of(const session::Prediction& p) {
  return p.training.gpu_count.value_or(1);
}

void put_emissions(std::string& text, const session::Prediction& p) {
  if (!p.emissions) return;
  if (p.emissions->mass)
    text +=
        fmt::format("  emissions    {} ({})\n", to_text(*p.emissions->mass), p.emissions->intensity->source);
  else
    text += fmt::format("  emissions    not known: {}\n", p.emissions->reason);
}

/// "  start        2026-02-01T13:00:00Z: 2.35 kWh at the wall (PUE 1.21, 8.3 °C outside, until …), 412 g
/// CO2e"
std::string starts_text(const session::Prediction& p) {
  std::string text;
  for (const auto& start : p.starts) {
    const auto& wall = start.at_wall_j;
    text += fmt::format("  start        {}, end {}: {} at the wall", to_iso8601(start.begin),
                        to_iso8601(start.end), to_text(Joules{wall.value}));
    if (start.mass) text += ", " + to_text(*start.mass);
    text += fmt::format(" (PUE {:.3f}{})\n", start.pue,
                        start.outside_c ? fmt::format(", {:.1f} °C outside", *start.outside_c) : "");
    if (wall.low && wall.high)
      text += fmt::format("               90 %: {} to {} ({})\n", to_text(Joules{*wall.low}),
                          to_text(Joules{*wall.high}), label_of(wall));
    for (const auto& phrase : start.beyond) text += "  warning      " + phrase + "\n";
  }
  return text;
}

/// Small networks need no GB.
std::string size_text(double gigabytes) {
  if (gigabytes >= 0.1) return fmt::format("{:.1f} GB", gigabytes);
  return gigabytes >= 1e-3 ? fmt::format("{:.3g} MB", 1e3 * gigabytes)
                           : fmt::format("{:.3g} kB", 1e6 * gigabytes);
}

std::string memory_text(const session::Prediction& p) {
  if (!p.memory_needed_gb || !p.memory_gb) return "";
  const auto needed = size_text(*p.memory_needed_gb);
  const auto largest = p.largest_batch ? fmt::format("; largest batch {:g}", *p.largest_batch) : "";
  return fmt::format("  memory       {} needed of {:.0f} GB: {}{}\n", needed, *p.memory_gb,
                     p.fits ? "fits" : "DOES NOT FIT", largest);
}

/// "all weights trained"; "LoRA of rank 16 on dense layers (0.6 % of the weights trained)"
std::string trained_text(const session::Prediction& p) {
  if (p.trained_parameters == p.parameters || p.parameters == 0) return p.frozen;
  return fmt::format("{} ({:.2g} % of the weights trained)", p.frozen,
                     100 * static_cast<double>(p.trained_parameters) / static_cast<double>(p.parameters));
}

/// "amp-bf16, nchw, sgd, 8 GPUs on 1 node": what was asked for, or what a framework does unasked.
std::string setup_text(const session::Prediction& p) {
  const auto& setup = p.setup;
  auto text =
      fmt::format("{}{}, {}{}{}", setup.precision, p.tf32_convolutions ? " with TF32 in convolutions" : "",
                  setup.memory_format, setup.memory_format.empty() ? "" : ", ",
                  p.training.optimizer.empty() ? "sgd" : p.training.optimizer);
  if (p.sequence) text += fmt::format(", sequence {:.0f}", *p.sequence);
  text += ", " + trained_text(p);
  if (gpus_of(p) > 1)
    text += fmt::format(", {} GPUs on {} node{}", gpus_of(p), setup.nodes, setup.nodes > 1 ? "s" : "");
  if (setup.tensor_parallel > 1) text += fmt::format(", tensor parallel {}", setup.tensor_parallel);
  if (setup.pipeline_parallel > 1) text += fmt::format(", pipeline parallel {}", setup.pipeline_parallel);
  if (setup.shard > 0) text += fmt::format(", shard {}", setup.shard);
  text += setup.accumulate > 1 ? fmt::format(", accumulate {}", setup.accumulate) : ", no accumulation";
  text += setup.checkpointing ? ", checkpointing" : ", no checkpointing";
  return text + (setup.compile ? ", compiled" : ", not compiled");
}

std::string in_full(const session::Prediction& p) {
  const auto& training = p.training;
  auto text = fmt::format("{} on {}{}, batch {}, limit {:.0f} W\n", training.architecture,
                          gpus_of(p) > 1 ? fmt::format("{} x ", gpus_of(p)) : "", training.gpu, batch_of(p),
                          training.gpu_power_limit_w.value_or(0));
  text += "  setup        " + setup_text(p) + "\n";
  if (p.power_w) text += "  power        " + line_of<Watts>(*p.power_w) + "\n";
  if (p.step_time_s) text += "  step         " + line_of<Seconds>(*p.step_time_s) + "\n";
  if (p.steps) {
    text += fmt::format("  steps        {:.6g}\n", *p.steps);
    if (p.epoch_time_s) text += "  time         " + line_of<Seconds>(*p.epoch_time_s) + "\n";
  } else if (p.epoch_time_s && p.epoch_energy_j) {
    text += "  epoch time   " + line_of<Seconds>(*p.epoch_time_s) + "\n";
    text += "  epoch energy " + line_of<Joules>(*p.epoch_energy_j) + "\n";
  } else {
    text += "  epoch time   not known: give --samples, or --dataset with a known size\n";
  }
  if (p.total_energy_j) text += "  total        " + line_of<Joules>(*p.total_energy_j) + "\n";
  put_emissions(text, p);
  text += starts_text(p);
  text += memory_text(p);
  text += fmt::format("  learned from {}\n", describe(p.novelty));
  for (const auto& nearest : p.nearest) text += "  nearest      " + describe(nearest) + "\n";
  for (const auto& warning : warnings_of(p)) text += "  warning      " + warning + "\n";
  return text;
}

std::string cell(const std::optional<session::Predicted>& p, std::string (*write)(double)) {
  return p ? write(p->value) : "-";
}

bool differ_in_limit(const std::vector<session::Prediction>& predictions) {
  return std::ranges::any_of(predictions, [&](const auto& p) {
    return p.training.gpu_power_limit_w != predictions.front().training.gpu_power_limit_w &&
           p.training.gpu == predictions.front().training.gpu;
  });
}

/// The energies and times by limit, and which limit is best for energy and for energy times delay.
std::string best_limits_text(const std::vector<session::Prediction>& predictions) {
  const auto energy = [](const session::Prediction& p) {
    return p.total_energy_j ? p.total_energy_j->value : p.epoch_energy_j ? p.epoch_energy_j->value : 0;
  };
  std::map<std::tuple<std::string, std::string, int>, std::vector<const session::Prediction*>> groups;
  for (const auto& p : predictions)
    if (energy(p) > 0 && p.epoch_time_s && p.training.gpu_power_limit_w)
      groups[{p.training.architecture, p.training.gpu, batch_of(p)}].push_back(&p);
  std::string text;
  for (auto& [key, group] : groups) {
    const auto& [model, gpu, batch] = key;
    std::ranges::sort(group, {}, [](const auto* p) { return *p->training.gpu_power_limit_w; });
    text += fmt::format("power limits of {} on {}, batch {}\n", model, gpu, batch);
    for (const auto* p : group)
      text += fmt::format("  {:>6.0f} W {:>14} {:>12}\n", *p->training.gpu_power_limit_w,
                          to_text(Seconds{p->epoch_time_s->value}), to_text(Joules{energy(*p)}));
    const auto least = *std::ranges::min_element(group, {}, [&](const auto* p) { return energy(*p); });
    const auto product = *std::ranges::min_element(
        group, {}, [&](const auto* p) { return energy(*p) * p->epoch_time_s->value; });
    text += fmt::format("  least energy at {:.0f} W, least energy x delay at {:.0f} W\n",
                        *least->training.gpu_power_limit_w, *product->training.gpu_power_limit_w);
  }
  return text;
}

std::string table(const std::vector<session::Prediction>& predictions) {
  std::string text;
  auto out = std::back_inserter(text);
  const bool limits = differ_in_limit(predictions);
  fmt::format_to(out, "{:<22} {:<24} {:>6} {:>9} {:>14} {:>12} {:>12} {:>12} {:>9}\n", "model", "GPU",
                 "batch", "power", "epoch time", "epoch", "total", "high 90 %", "memory");
  const auto watts = [](double value) { return to_text(Watts{value}); };
  const auto joules = [](double value) { return to_text(Joules{value}); };
  const auto seconds = [](double value) { return to_text(Seconds{value}); };
  for (const auto& p : predictions) {
    const auto& cost = p.total_energy_j ? p.total_energy_j : p.epoch_energy_j;
    const auto memory = p.memory_needed_gb ? fmt::format("{:.1f} GB", *p.memory_needed_gb) : "-";
    fmt::format_to(out, "{:<22} {:<24} {:>6} {:>9} {:>14} {:>12} {:>12} {:>12} {:>9}\n",
                   p.training.architecture, p.training.gpu, batch_of(p), cell(p.power_w, watts),
                   cell(p.epoch_time_s, seconds), cell(p.epoch_energy_j, joules),
                   cell(p.total_energy_j, joules), cost && cost->high ? joules(*cost->high) : "-",
                   p.fits ? memory : "too large");
  }
  if (limits) text += best_limits_text(predictions);
  for (const auto& p : predictions)
    if (!p.starts.empty())
      text += fmt::format("{} on {}, batch {}\n{}", p.training.architecture, p.training.gpu, batch_of(p),
                          starts_text(p));
  // each warning once, with the number of predictions that have it
  std::vector<std::pair<std::string, int>> warnings;
  for (const auto& p : predictions)
    for (const auto& warning : warnings_of(p)) {
      const auto known =
          std::ranges::find(warnings, warning, [](const auto& counted) { return counted.first; });
      if (known == warnings.end())
        warnings.emplace_back(warning, 1);
      else
        ++known->second;
    }
  for (const auto& [warning, count] : warnings)
    fmt::format_to(out, "warning ({} of {}): {}\n", count, predictions.size(), warning);
  return text;
}

Json setup_json(const session::StepRequest& setup) {
  return {{"precision", setup.precision},
          {"memory_format", setup.memory_format.empty() ? Json(nullptr) : Json(setup.memory_format)},
          {"compile", setup.compile},
          {"accumulate", setup.accumulate},
          {"checkpointing", setup.checkpointing},
          {"shard", setup.shard},
          {"nodes", setup.nodes},
          {"tensor_parallel", setup.tensor_parallel},
          {"pipeline_parallel", setup.pipeline_parallel},
          {"interconnect", setup.interconnect.empty() ? Json(nullptr) : Json(setup.interconnect)},
          {"freeze", or_null(setup.freeze)},
          {"lora", or_null(setup.lora)}};
}

Json starts_json(const session::Prediction& p) {
  auto json = Json::array();
  for (const auto& start : p.starts)
    json.push_back({{"start", to_iso8601(start.begin)},
                    {"end", to_iso8601(start.end)},
                    {"at_wall_j", quantity_json(start.at_wall_j)},
                    {"pue", start.pue},
                    {"outside_c", or_null(start.outside_c)},
                    {"co2e_g", or_null(start.mass)},
                    {"warnings", start.beyond}});
  return json;
}

Json prediction_json(const session::Prediction& p) {
  Json co2e = nullptr;
  if (p.emissions && p.emissions->mass) co2e = p.emissions->mass->value();
  Json json{{"model", p.training.architecture},
            {"gpu", p.training.gpu},
            {"gpu_count", gpus_of(p)},
            {"batch_size", batch_of(p)},
            {"power_limit_w", or_null(p.training.gpu_power_limit_w)},
            {"setup", setup_json(p.setup)},
            {"tf32_convolutions", p.tf32_convolutions},
            {"sequence", or_null(p.sequence)},
            {"parameters", p.parameters},
            {"trained_parameters", p.trained_parameters},
            {"steps", or_null(p.steps)},
            {"step_time_s", quantity_json(p.step_time_s)},
            {"power_w", quantity_json(p.power_w)},
            {"epoch_time_s", quantity_json(p.epoch_time_s)},
            {"epoch_energy_j", quantity_json(p.epoch_energy_j)},
            {"total_energy_j", quantity_json(p.total_energy_j)},
            {"co2e_g", co2e},
            {"memory",
             {{"needed_gb", or_null(p.memory_needed_gb)},
              {"available_gb", or_null(p.memory_gb)},
              {"largest_batch", or_null(p.largest_batch)},
              {"fits", p.fits}}},
            {"novelty", name_of(p.novelty)},
            {"nearest", Json::array()},
            {"uncounted_share", p.uncounted_share},
            {"warnings", Json::array()}};
  if (!p.starts.empty()) json["starts"] = starts_json(p);
  for (const auto& nearest : p.nearest) json["nearest"].push_back(describe(nearest));
  for (const auto& warning : warnings_of(p)) json["warnings"].push_back(warning);
  return json;
}

std::optional<double> number_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? std::optional(found->get<double>()) : std::nullopt;
}

std::string text_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::optional<int> count_in(const Json& object, const char* key) {
  constexpr double most = 1e9;
  const auto number = number_in(object, key);
  if (!number || !(*number >= 1 && *number <= most)) return std::nullopt;
  return static_cast<int>(*number);
}

std::optional<session::Predicted> quantity_in(const Json& prediction, const char* key) {
  const auto found = prediction.find(key);
  if (found == prediction.end() || !found->is_object()) return std::nullopt;
  const auto value = number_in(*found, "value");
  if (!value) return std::nullopt;
  return session::Predicted{*value, number_in(*found, "low"), number_in(*found, "high"),
                            text_in(*found, "interval") == "calibrated"};
}

session::Prediction prediction_from(const Json& json) {
  session::Prediction p;
  auto& training = p.training;
  training.architecture = text_in(json, "model");
  training.gpu = text_in(json, "gpu");
  training.gpu_count = count_in(json, "gpu_count");
  training.batch_size = number_in(json, "batch_size");
  training.gpu_power_limit_w = number_in(json, "power_limit_w");
  p.power_w = quantity_in(json, "power_w");
  p.epoch_time_s = quantity_in(json, "epoch_time_s");
  p.epoch_energy_j = quantity_in(json, "epoch_energy_j");
  p.total_energy_j = quantity_in(json, "total_energy_j");
  if (p.total_energy_j && p.epoch_energy_j && p.epoch_energy_j->value > 0)
    training.epochs = p.total_energy_j->value / p.epoch_energy_j->value;
  if (const auto grams = number_in(json, "co2e_g")) p.emissions.emplace().mass = GramsCO2e{*grams};
  if (const auto memory = json.find("memory"); memory != json.end() && memory->is_object()) {
    p.memory_needed_gb = number_in(*memory, "needed_gb");
    p.memory_gb = number_in(*memory, "available_gb");
    p.fits = memory->value("fits", Json(true)) != Json(false);
  }
  p.novelty = estimate::novelty_from(text_in(json, "novelty")).value_or(Novelty::new_source);
  return p;
}

}  // namespace

std::string to_text(const std::vector<session::Prediction>& predictions) {
  return predictions.size() == 1 ? in_full(predictions.front()) : table(predictions);
}

Json to_json(const session::PredictionResult& result) {
  Json json{{"model_file", result.model_file.string()}, {"predictions", Json::array()}};
  for (const auto& p : result.predictions) json["predictions"].push_back(prediction_json(p));
  return json;
}

std::string to_json_text(const session::PredictionResult& result) {
  return json_text(to_json(result));
}

Result<session::PredictionResult> predictions_from_json(std::string_view text, const std::string& where) {
  if (json_is_deeper(text))
    return fail(ErrorKind::malformed, where, "nests deeper than {} levels", deepest_json);
  const auto json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  const auto list = json.is_object() ? json.find("predictions") : json.end();
  if (!json.is_object() || list == json.end() || !list->is_array())
    return fail(ErrorKind::malformed, where, "is not what joulecast predict --json writes");
  session::PredictionResult result;
  result.model_file = text_in(json, "model_file");
  for (const auto& prediction : *list) {
    if (!prediction.is_object()) return fail(ErrorKind::malformed, where, "a prediction is not an object");
    result.predictions.push_back(prediction_from(prediction));
  }
  return result;
}

}  // namespace joulecast::report
