// Carbontracker's log: for each epoch that it monitored its length and the mean power of the components. The
// times of the lines are whole seconds; the length is exact.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <vector>

#include "base/text.hpp"
#include "formats/support/civil_time.hpp"
#include "formats/support/decimal.hpp"
#include "formats/support/line_import.hpp"
#include "trace/plausible.hpp"

namespace joulecast::formats {
namespace {

using trace::Component;

constexpr std::string_view power_text = "Average power usage (W) for ";
/// What the whole seconds of the lines' times may hide between two epochs.
constexpr double unseen_s = 2;

Match recognises_carbontracker(std::string_view head, const ImportOptions&) {
  const auto line = head.substr(0, head.find('\n'));
  return line.find("carbontracker version") != std::string_view::npos ? Match::sure : Match::no;
}

/// "0:02:21.90" or "1 day, 0:02:21" in seconds.
std::optional<double> duration_of(std::string_view text) {
  double days = 0;
  if (const auto comma = text.find(", "); comma != std::string_view::npos) {
    const auto count = parse_double(text.substr(0, text.find(' ')));
    if (!count) return std::nullopt;
    days = *count;
    text = text.substr(comma + 2);
  }
  const auto parts = split(text, ':');
  if (parts.size() != 3) return std::nullopt;
  const auto hours = parse_double(parts[0]), minutes = parse_double(parts[1]), rest = parse_double(parts[2]);
  if (!hours || !minutes || !rest) return std::nullopt;
  return (days * 24 + *hours) * 3600 + *minutes * 60 + *rest;
}

/// "[136.86 34.2]", "136.86": one number for each device; none for "None".
std::vector<double> numbers_in(std::string_view text) {
  std::vector<double> numbers;
  const char* p = text.data();
  const char* const end = p + text.size();
  while (p != end) {
    double number = 0;
    const char* const rest = is_digit(*p) ? read_number(p, end, number) : nullptr;
    if (rest != nullptr) numbers.push_back(number);
    p = rest != nullptr ? rest : p + 1;
  }
  return numbers;
}

class Import : public LineImport {
 public:
  using LineImport::LineImport;

  Status run() {
    auto taken = each_line(
        [this](std::string_view line, std::size_t number, bool torn) { return take(line, number, torn); });
    if (!taken) return taken;
    if (auto usable = tell_damage("no monitored epoch in it"); !usable) return usable;
    run_.span = {Seconds{0}, Seconds{end_s_}};
    run_.info.training.gpu_count = gpus_ > 0 ? std::optional{gpus_} : std::nullopt;
    note(feed_.doubts());
    return feed_.end(std::move(run_));
  }

 private:
  Status take(std::string_view line, std::size_t number, bool torn) {
    const auto dash = line.find(" - ");
    if (dash == std::string_view::npos) return {};  // other output among the log
    const auto time = parse_civil_us(line.substr(0, dash));
    if (!time) return {};
    if (torn) return damage_.at(lines_.name(), number, "cut off: the file ends within this line");
    const auto text = trim(line.substr(dash + 3));
    if (text.starts_with("Epoch ")) {
      epoch_ = parse_int(text.substr(6, text.find(':') - 6)).value_or(epoch_ + 1);
      return {};
    }
    if (text.starts_with("Duration: ")) return take_epoch(*time, text.substr(10), number);
    if (text.starts_with(power_text)) return take_power(text.substr(power_text.size()), number);
    return {};
  }

  /// The line stands at the epoch's end.
  Status take_epoch(std::int64_t end_us, std::string_view text, std::size_t number) {
    const auto duration = duration_of(text);
    duration_.reset();
    if (!duration || *duration <= 0) return damage_.at(lines_.name(), number, "not the length of an epoch");
    if (!feed_.open()) {
      zero_us_ = end_us - std::llround(*duration * 1e6);
      if (auto ok = open(); !ok) return ok;
    }
    const double end = static_cast<double>(end_us - zero_us_) / 1e6;
    begin_s_ = std::max(end_s_, end - *duration);
    if (begin_s_ - end_s_ <= unseen_s) begin_s_ = end_s_;  // the epochs follow each other
    duration_ = *duration;
    end_s_ = begin_s_ + *duration;
    feed_.count_samples(1);
    trace::Epoch epoch;
    epoch.index = static_cast<int>(std::clamp<std::int64_t>(epoch_, 0, 2'000'000'000));
    epoch.span = {Seconds{begin_s_}, Seconds{end_s_}};
    epoch.work = 1;
    return feed_.epoch(epoch);
  }

  Status open() {
    const auto stem = std::filesystem::path(lines_.name()).stem().string();
    run_.info.id = fmt::format("{}-{}", stem.empty() ? "carbontracker" : stem, compact_civil(zero_us_).text);
    run_.info.name = stem;
    run_.info.source = "carbontracker";
    run_.info.work_unit = "epoch";
    run_.started = WallTime{zero_us_ * 1000};
    run_.notes.emplace_back("the times are local ones of a zone that the log does not name");
    return feed_.begin(run_);
  }

  struct Meter {
    std::size_t channel = 0;
    double joules = 0;
    std::string name;
    double end_s = -1;  ///< of the last epoch with a figure; -1 = none yet
  };

  /// "gpu: [136.9]"
  Status take_power(std::string_view text, std::size_t number) {
    const auto colon = text.find(':');
    if (!duration_ || colon == std::string_view::npos) return {};
    const auto component = text.substr(0, colon);
    if (component != "gpu" && component != "cpu") return {};
    const auto watts = numbers_in(text.substr(colon + 1));
    for (std::size_t i = 0; i < watts.size() && i < 256; ++i)
      if (auto ok = take_watts(component == "gpu" ? Component::gpu : Component::cpu, i, watts[i], number);
          !ok)
        return ok;
    return {};
  }

  Status take_watts(Component component, std::size_t device, double watts, std::size_t number) {
    const auto name = fmt::format("{}{}_energy", trace::name_of(component), device);
    auto meter = std::ranges::find(meters_, name, &Meter::name);
    if (meter == meters_.end()) {
      trace::Channel channel;
      channel.name = name;
      channel.sensor = "carbontracker";
      channel.quantity = trace::Quantity::energy;
      channel.behaviour = trace::Behaviour::counter;
      channel.only_windows = true;
      channel.component = component;
      channel.device = fmt::format("{}", device);
      const auto made = feed_.channel(channel);
      if (!made) return propagate(made.error());
      report_.taken.push_back(fmt::format("{} from {}{}", name, power_text, trace::name_of(component)));
      meters_.push_back({*made, 0, name, -1});
      meter = meters_.end() - 1;
      if (component == Component::gpu) gpus_ = std::max(gpus_, static_cast<int>(device) + 1);
    }
    if (meter->end_s > begin_s_)
      return damage_.at(lines_.name(), number, "a second figure for the same epoch");
    const bool can_be = watts > 0 && Watts{watts} <= trace::most_of(component);
    if (!can_be)
      if (auto ok = damage_.doubt(lines_.name(), number, fmt::format("{}: {} W cannot be", name, watts)); !ok)
        return ok;
    if (auto ok = feed_.push(meter->channel, begin_s_, meter->joules); !ok) return ok;
    if (meter->end_s >= 0)
      if (auto ok = feed_.lose(meter->channel, meter->end_s, begin_s_); !ok) return ok;
    meter->end_s = end_s_;
    if (can_be) meter->joules += watts * *duration_;
    if (auto ok = feed_.push(meter->channel, end_s_, meter->joules); !ok) return ok;
    return can_be ? Status{} : feed_.lose(meter->channel, begin_s_, end_s_);
  }

  std::vector<Meter> meters_;
  std::optional<double> duration_;
  std::int64_t epoch_ = 0;
  std::int64_t zero_us_ = 0;
  double begin_s_ = 0;
  double end_s_ = 0;
  int gpus_ = 0;
};

Status import_carbontracker(LineReader& lines, const ImportOptions& options, trace::RunSink& sink,
                            ImportReport& report) {
  return Import(lines, options, sink, report).run();
}

}  // namespace

extern const Importer carbontracker_importer{
    .kind = "carbontracker",
    .description = "Carbontracker's *_carbontracker.log",
    .takes = "energy of GPUs and CPUs in the epochs that were monitored, and these epochs; without PUE",
    .recognised_by = "`carbontracker version`",
    .documented = "github.com/lfwa/carbontracker, \"Parsing\"",
    .recognises = recognises_carbontracker,
    .import = import_carbontracker};

}  // namespace joulecast::formats
