// One JSON object a line, as many programs log: DeiT's log.txt on the screen, structlog, mmcv's .log.json.
//
//   {"train_lr": 0.002, "train_loss": 6.9, "test_acc1": 61.5, "epoch": 3, "n_parameters": 5717416}
//   {"event": "log", "global_step": 120, "total_steps": 6000, "epoch": 0.6, "loss": 2.3}
//   {"mode": "train", "epoch": 1, "iter": 50, "loss": 0.52}
//
//   {'step': 120, 'loss': 2.3, 'val_loss': None}                                     a dict that Python
//   prints
//
// An epoch in whole numbers and without steps is over. One in fractions is how far the training has come.
#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "base/memory.hpp"
#include "base/text.hpp"
#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/metric_text.hpp"
#include "progress/report_metrics.hpp"

namespace joulecast::progress {
namespace {

using Json = nlohmann::json;

/// The numbers of an object by their names in small letters, those of objects within it behind theirs:
/// {"val": {"loss": 0.5}} is val_loss.
struct Fields {
  struct Number {
    double value = 0;
    bool whole = false;  ///< written without a point
  };
  std::map<std::string, Number> numbers;
  std::map<std::string, std::string> names;  ///< as they are written
  std::map<std::string, std::string> texts;

  void add(const Json& object, const std::string& before, int depth) {
    for (const auto& [name, value] : object.items()) {
      const auto full = before.empty() || is_wrapper(before) ? name : before + "_" + name;
      const auto key = to_lower(full);
      if (value.is_object() && depth < 3) {
        add(value, full, depth + 1);
      } else if (value.is_number()) {
        numbers[key] = {value.get<double>(), !value.is_number_float()};
        names[key] = full;
      } else if (value.is_string()) {
        add_text(key, full, value.get<std::string>());
      }
    }
  }

  [[nodiscard]] const Number* find(std::initializer_list<const char*> keys) const {
    for (const auto* key : keys)
      if (const auto found = numbers.find(key); found != numbers.end()) return &found->second;
    return nullptr;
  }
  [[nodiscard]] std::optional<double> value(std::initializer_list<const char*> keys) const {
    const auto* number = find(keys);
    return number && number->value >= 0 && number->value < 1e15 ? std::optional{number->value} : std::nullopt;
  }
  [[nodiscard]] std::string text(std::initializer_list<const char*> keys) const {
    for (const auto* key : keys)
      if (const auto found = texts.find(key); found != texts.end()) return to_lower(found->second);
    return {};
  }

 private:
  /// What loggers put the fields in that they are given.
  static bool is_wrapper(std::string_view name) {
    static const Pattern wrapper(
        R"((?i)^(?:data|payload|metrics|fields|record|extra|body|logs?|values|params|context|attributes|properties|message|msg|event|scalars|stats)$)");
    return wrapper.matches(name);
  }

  /// "global_step/max_steps": "5/94" are two numbers.
  void add_pair(const std::string& key, const std::string& text) {
    const auto slash = key.find('/'), between = text.find('/');
    if (slash == std::string::npos || between == std::string::npos) return;
    for (const auto& [name, figure] : {std::pair{key.substr(0, slash), text.substr(0, between)},
                                       std::pair{key.substr(slash + 1), text.substr(between + 1)}})
      if (const auto value = parse_count(figure)) {
        numbers.try_emplace(name, Number{*value, true});
        names.try_emplace(name, name);
      }
  }

  void add_text(const std::string& key, const std::string& full, const std::string& text) {
    texts[key] = text;
    add_pair(key, text);
    const auto value = parse_count(text);
    if (!value) return;
    numbers[key] = {*value, text.find_first_of(".eE") == std::string::npos};
    names[key] = full;
  }
};

/// "val" where a field says so, as in "mode": "val".
std::string_view set_of(const Fields& fields) {
  const auto text = fields.text({"mode", "split", "phase", "stage", "set", "event", "type"});
  if (text.starts_with("val") || text.starts_with("dev") || text.starts_with("eval")) return "val";
  if (text.starts_with("test")) return "test";
  return text == "train" || text == "training" ? "train" : "";
}

class JsonLines final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    if (!line.text.starts_with('{') || !line.text.ends_with('}')) return false;
    const bool python = line.text.starts_with("{'");
    ask_for_memory(memory_of_json(line.text));
    const auto json = Json::parse(python ? as_json(line.text) : line.text, nullptr, false);
    if (!json.is_object()) return false;
    Fields fields;
    fields.add(json, {}, 0);
    const auto* epoch = fields.find({"epoch", "current_epoch", "epoch_num", "epoch_number", "epoch_idx",
                                     "train/epoch", "trainer/epoch", "train_epoch"});
    const auto batches = fields.value({"batches", "num_batches", "n_batches", "steps_per_epoch",
                                       "total_batches", "batches_per_epoch", "iters_per_epoch"});
    auto step = fields.value({"global_step", "step", "iter", "iteration", "num_updates", "num_update",
                              "_step", "current_steps", "current_step", "train/global_step",
                              "trainer/global_step", "train_global_step", "global_steps", "update", "it"});
    const Totals totals{
        fields.value({"epochs", "num_epochs", "total_epochs", "max_epochs", "n_epochs", "num_train_epochs"}),
        fields.value({"total_steps", "max_steps", "num_steps", "total_iters", "max_iters",
                      "num_training_steps", "train_steps", "total_updates", "max_update",
                      "total_iterations"}),
        batches};
    if (!step && batches) step = fields.value({"batch", "batch_idx", "batch_index", "batch_id"});
    if (!epoch && !step) return !python && read_totals(totals, fields, report);
    report_numbers(epoch, step, totals, fields, report);
    return true;
  }

 private:
  /// Of a dict that Python prints. Where a text has an apostrophe it cannot be read.
  static std::string as_json(std::string text) {
    std::ranges::replace(text, '\'', '"');
    for (const auto& [python, json] : {std::pair{": None", ": null"},
                                       {": True", ": true"},
                                       {": False", ": false"},
                                       {": nan", ": null"},
                                       {": inf", ": null"},
                                       {": -inf", ": null"}})
      for (auto at = text.find(python); at != std::string::npos; at = text.find(python, at + 1))
        text.replace(at, std::string_view(python).size(), json);
    return text;
  }

  struct Totals {
    std::optional<double> epochs;
    std::optional<double> steps;
    std::optional<double> of_epoch;
  };

  /// Settings may be for anything; what says that the training starts is sure.
  static bool read_totals(const Totals& totals, const Fields& fields, Report& report) {
    if (!totals.epochs && !totals.steps) return false;
    if (fields.text({"event", "type", "message", "msg"}).find("start") == std::string::npos) report.guess();
    if (totals.epochs) report.total_epochs(*totals.epochs);
    if (totals.steps) report.total_work(*totals.steps);
    return true;
  }

  void report_numbers(const Fields::Number* epoch, std::optional<double> step, const Totals& totals,
                      const Fields& fields, Report& report) {
    const auto set = set_of(fields);
    const bool evaluation = set == "val" || set == "test";
    const bool whole = epoch && epoch->whole && epoch->value >= 0 && epoch->value < 1e9;
    std::optional<int> number;
    if (whole) number = static_cast<int>(epoch->value);
    if (step && !evaluation) report_step(*step, number, totals, report);
    if (epoch && !whole && epoch->value >= 0 && epoch->value < 1e9) {
      if (!step || !totals_known_ || !*totals_known_) report.epochs_done(epoch->value, totals.epochs);
    }
    // A validation in the middle of an epoch comes with steps.
    const bool begins = number && !step && names_a_beginning(fields);
    if (begins) report.epoch_begins(*number, epochs_of(*number, totals));
    const bool over = number && !begins && (!step || evaluation || has_validation(fields));
    if (over) report.epoch_ends(*number, epochs_of(*number, totals));
    for (const auto& [key, value] : fields.numbers)
      if (is_metric(fields.names.at(key)))
        report.metric(name_in_set(fields.names.at(key), set), value.value, number);
  }

  /// Steps within an epoch begin again with each; those of the whole training go on.
  void report_step(double step, std::optional<int> epoch, const Totals& totals, Report& report) {
    if (totals.steps) totals_known_ = true;
    const auto& batches = totals.of_epoch;
    if (epoch && epoch_ && *epoch > *epoch_) goes_on_ = step > step_;
    if (epoch && epoch_ != epoch) report.epoch_begins(*epoch, epochs_of(*epoch, totals));
    epoch_ = epoch;
    step_ = step;
    const bool of_epoch = epoch && (batches || (goes_on_ && !*goes_on_));
    if (of_epoch)
      report.epoch_steps(step, batches, epoch);
    else if (!epoch || goes_on_ || totals.steps)
      report.work_done(step, totals.steps);
  }

  /// {"epoch": 0, "epochs": 5}: always how many there are.
  static std::optional<double> epochs_of(int epoch, const Totals& totals) {
    return totals.epochs && epoch <= *totals.epochs ? totals.epochs : std::nullopt;
  }

  /// {"event": "epoch_start", "epoch": 3}
  static bool names_a_beginning(const Fields& fields) {
    static const Pattern beginning(R"(\b(?:start|begin|began)|_(?:start|begin))");
    return beginning.matches(fields.text({"event", "type", "message", "msg", "name"}));
  }

  static bool is_metric(const std::string& name) { return !find_metrics(name + "=1").empty(); }

  static bool has_validation(const Fields& fields) {
    static const Pattern validation(R"(^(?:val|valid|validation|eval|test|dev)[_/ ])");
    for (const auto& [key, number] : fields.numbers)
      if (validation.matches(key) && is_metric(key)) return true;
    return false;
  }

  std::optional<int> epoch_;
  double step_ = 0;
  std::optional<bool> goes_on_;  ///< whether steps go on from one epoch to the next; nothing: not known yet
  std::optional<bool> totals_known_;
};

}  // namespace

extern const FormatType json_lines_format{
    "JSON lines",
    "objects with epoch, step, iter, num_updates, totals and figures; DeiT, mmcv's .log.json",
    Breadth::library,
    Evidence::stated,
    {"{\"", "{'"},
    make_format<JsonLines>};

}  // namespace joulecast::progress
