// NVIDIA's DLLogger, which its DeepLearningExamples print with: the step as a list of counts, the outermost
// first.
//
//   DLLL {"timestamp": "…", "type": "LOG", "step": [0, 120], "data": {"train.loss": 6.9}}     an iteration
//   DLLL {"timestamp": "…", "type": "LOG", "step": [0], "data": {"val.top1": 12.3}}           its epoch's end
//   DLLL {"timestamp": "…", "type": "LOG", "step": [], "data": {"train.loss": 0.3}}           of the whole
//   run
//
// Where no list has two counts, one count is a step's.
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/memory.hpp"
#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/metric_text.hpp"

namespace joulecast::progress {
namespace {

using Json = nlohmann::json;

class DlLogger final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    const auto begin = line.text.find("DLLL {");
    if (begin == std::string::npos) return false;
    ask_for_memory(memory_of_json(line.text));
    const auto json = Json::parse(line.text.substr(begin + 5), nullptr, false);
    if (!json.is_object() || json.value("type", Json()) != "LOG") return true;
    const auto step = json.value("step", Json());
    const auto data = json.value("data", Json());
    if (step == "PARAMETER") return true;
    if (step.is_array() && step.empty()) {
      if (epoch_) report.run_ends();
      return true;
    }
    read_step(step, report);
    report_figures(data, report);
    return true;
  }

 private:
  static std::optional<int> count_of(const Json& json) {
    return json.is_number_unsigned() && json.get<double>() < 1e9 ? std::optional{json.get<int>()}
                                                                 : std::nullopt;
  }

  void read_step(const Json& step, Report& report) {
    const auto first = count_of(step.is_array() ? step[0] : step);
    if (!first) return;
    if (step.is_array() && step.size() > 1) {
      const auto second = count_of(step[1]);
      if (!second) return;
      if (epoch_ != first) report.epoch_begins(*first);
      epoch_ = first;
      report.epoch_steps(*second, {}, first);
    } else if (epoch_) {
      report.epoch_ends(*first);
      epoch_ = first;
    } else {
      report.work_done(*first);
    }
  }

  void report_figures(const Json& data, Report& report) const {
    if (!data.is_object()) return;
    for (const auto& [name, value] : data.items())
      if (value.is_number() && !find_metrics(name + "=1").empty())
        report.metric(name, value.get<double>(), epoch_);
  }

  std::optional<int> epoch_;  ///< the last one that had iterations
};

}  // namespace

extern const FormatType dllogger_format{"DLLogger",         "the JSON lines of NVIDIA's DeepLearningExamples",
                                        Breadth::framework, Evidence::stated,
                                        {"dlll {"},         make_format<DlLogger>};

}  // namespace joulecast::progress
