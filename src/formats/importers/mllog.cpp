// MLPerf logs: lines ":::MLLOG {json}" among other output. A training log has epochs, blocks and evaluations.
// A power log has the readings of one node or switch.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/json_depth.hpp"
#include "base/text.hpp"
#include "formats/support/civil_time.hpp"
#include "formats/support/line_import.hpp"
#include "formats/support/log_clock.hpp"

namespace joulecast::formats {
namespace {

using nlohmann::json;

constexpr std::string_view marker = ":::MLLOG";
/// Largest number of epochs or blocks, so that an endless log cannot fill the memory.
constexpr std::size_t most_marks = 200'000;
/// The year 2255, within the range of 64-bit nanoseconds.
constexpr double latest_ms = 9e12;
constexpr std::size_t most_hosts = 10'000;
constexpr std::size_t most_attempts = 1000;

Match recognises_mllog(std::string_view head, const ImportOptions&) {
  return head.find(marker) == std::string_view::npos ? Match::no : Match::sure;
}

/// A start event that waits for its stop event, and the data between them.
struct Mark {
  std::optional<double> number;  ///< epoch_num; a share of an epoch if it has a fraction
  double begin = 0;
  double end = -1;                      ///< less than begin = still open
  std::optional<double> epochs;         ///< number of epochs in the mark
  std::optional<double> samples_start;  ///< samples processed before the mark
  std::optional<double> samples_stop;
};

struct Event {
  std::string key;
  double time_ms = 0;
  json value;
  json metadata;

  [[nodiscard]] std::optional<double> number() const { return as_number(value); }
  [[nodiscard]] std::optional<double> number(const char* name) const {
    return metadata.is_object() && metadata.contains(name) ? as_number(metadata[name]) : std::nullopt;
  }
  [[nodiscard]] std::string text(const char* name) const {
    const bool there = metadata.is_object() && metadata.contains(name) && metadata[name].is_string();
    return there ? metadata[name].get<std::string>() : "";
  }
  static std::optional<double> as_number(const json& value) {
    if (value.is_string()) return parse_double(value.get<std::string>());
    if (!value.is_number() || !std::isfinite(value.get<double>())) return std::nullopt;
    return value.get<double>();
  }
};

bool is_whole(double number) {
  return std::trunc(number) == number;
}

std::optional<int> whole(std::optional<double> number) {
  if (!number || std::abs(*number) > 1e9 || !is_whole(*number)) return std::nullopt;
  return static_cast<int>(*number);
}

class Import : public LineImport {
 public:
  using LineImport::LineImport;

  Status run() {
    auto taken = each_line([this](std::string_view line, std::size_t number, bool) {
      const auto at = line.find(marker);
      return at == std::string_view::npos ? Status{} : take_line(line.substr(at + marker.size()), number);
    });
    return taken ? finish() : taken;
  }

 private:
  Status take_line(std::string_view text, std::size_t number) {
    if (json_is_deeper(text)) return fault(number, "nests deeper than any log entry");
    auto object = json::parse(text, nullptr, false);
    if (!object.is_object()) return fault(number, "what follows :::MLLOG is not a whole JSON object");
    Event event;
    const auto key = object.find("key");
    const auto time = object.find("time_ms");
    const auto milliseconds = Event::as_number(time == object.end() ? json() : *time);
    if (key == object.end() || !key->is_string() || !milliseconds || std::abs(*milliseconds) > latest_ms)
      return fault(number, "a log entry needs a key and time_ms");
    event.key = key->get<std::string>();
    event.time_ms = *milliseconds;
    if (const auto value = object.find("value"); value != object.end()) event.value = std::move(*value);
    if (const auto metadata = object.find("metadata"); metadata != object.end())
      event.metadata = std::move(*metadata);
    return take(event, number);
  }

  Status take(const Event& event, std::size_t number) {
    if (event.key == "power_reading" || event.key == "interconnect_power_est")
      return take_power(event, number);
    if (event.key == "power_measurement_start") return open(event.time_ms);
    if (event.key == "power_measurement_stop") return {};
    if (event.key == "conversion_eff") return take_conversion(event, number);
    if (event.key == "init_start") return end_attempt();
    if (event.key == "run_start") {
      if (auto ok = end_attempt(); !ok) return ok;
      if (!run_start_) run_start_ = event.time_ms;
      return open(event.time_ms);
    }
    last_ms_ = std::max(last_ms_, event.time_ms);
    if (event.key == "run_stop") return take_stop(event);
    if (event.key.ends_with("_start") || event.key.ends_with("_stop")) return take_mark(event, number);
    if (event.key == "eval_accuracy" || event.key == "eval_loss" || event.key == "train_loss" ||
        event.key == "tracked_stats")
      return take_metric(event);
    describe(event);
    return {};
  }

  Status open(double time_ms) {
    if (feed_.open()) return {};
    zero_ms_ = time_ms;
    auto& info = run_.info;
    const auto stem = std::filesystem::path(lines_.name()).stem().string();
    info.id = fmt::format("{}-{}", stem.empty() ? "mllog" : stem,
                          compact_civil(static_cast<std::int64_t>(time_ms) * 1000).text);
    if (info.name.empty()) info.name = stem;
    info.source = "mllog";
    last_ms_ = time_ms;
    run_.status = trace::RunStatus::interrupted;  // until the log tells how it ended
    run_.started = WallTime{static_cast<std::int64_t>(time_ms) * 1'000'000};
    return feed_.begin(run_);
  }

  [[nodiscard]] double seconds(double time_ms) const { return (time_ms - zero_ms_) / 1000; }

  Status take_power(const Event& event, std::size_t number) {
    const auto watts = event.number();
    if (!watts) return fault(number, fmt::format("{} without a power", event.key));
    if (auto ok = open(event.time_ms); !ok) return ok;
    auto host = event.text("host");
    if (host.empty()) host = event.text("hostname");
    auto found = meters_.find(host);
    if (found == meters_.end()) {
      if (meters_.size() >= most_hosts) return fault(number, "more hosts than any cluster has");
      auto made = add_meter(host, event.key == "interconnect_power_est");
      if (!made) return propagate(made.error());
      found = meters_.emplace(host, *made).first;
    }
    auto& meter = found->second;
    const double step_ms = event.time_ms - meter.last_ms;
    if (meter.any && step_ms < 0)
      return fault(number, fmt::format("time_ms falls by {} at host \"{}\"", -step_ms, host));
    if (meter.any && meter.rhythm.is_silence(static_cast<std::int64_t>(step_ms * 1000)))
      feed_.interrupt(meter.channel);
    meter.any = true;
    meter.last_ms = event.time_ms;
    feed_.count_samples(1);
    const auto power = believed(meter.channel, *watts * conversion_, number);
    if (!power) return propagate(power.error());
    return feed_.push(meter.channel, seconds(event.time_ms), *power);
  }

  struct Meter {
    std::size_t channel = 0;
    double last_ms = 0;
    bool any = false;
    RhythmWatch rhythm;
  };

  Result<Meter> add_meter(const std::string& host, bool interconnect) {
    trace::Channel channel;
    const auto place = host.empty() ? std::filesystem::path(lines_.name()).stem().string() : host;
    channel.name = fmt::format("{}/{}", place, interconnect ? "interconnect_power" : "node_power");
    channel.sensor = "mllog";
    channel.node = place;
    channel.component = interconnect ? trace::Component::other : trace::Component::node;
    if (interconnect) channel.provenance = Provenance::modelled;
    if (conversion_ != 1)
      channel.note = fmt::format("the readings times the log's conversion_eff of {}", conversion_);
    const auto made = feed_.channel(channel);
    if (!made) return propagate(made.error());
    report_.taken.push_back(
        fmt::format("{} from {}", channel.name, interconnect ? "interconnect_power_est" : "power_reading"));
    Meter meter;
    meter.channel = *made;
    return meter;
  }

  /// The factor for the readings, as MLPerf's own result summarizer applies it.
  Status take_conversion(const Event& event, std::size_t number) {
    const auto factor = event.number();
    if (!factor || !(*factor > 0) || *factor > 10) return fault(number, "conversion_eff is not a factor");
    conversion_ = *factor;
    run_.info.stream = event.text("measurement_type");
    return {};
  }

  Status take_stop(const Event& event) {
    if (auto ok = open(event.time_ms); !ok) return ok;
    run_stop_ = event.time_ms;
    run_.status = event.text("status") == "success" ? trace::RunStatus::finished : trace::RunStatus::failed;
    return {};
  }

  Status take_mark(const Event& event, std::size_t number) {
    const bool starts = event.key.ends_with("_start");
    const auto name = event.key.substr(0, event.key.rfind('_'));
    if (name != "epoch" && name != "block") return {};
    if (auto ok = open(event.time_ms); !ok) return ok;
    auto& marks = name == "epoch" ? epochs_ : blocks_;
    if (starts) {
      if (marks.size() >= most_marks) return fault(number, "more epochs than any training has");
      Mark mark;
      mark.begin = seconds(event.time_ms);
      mark.number = event.number("epoch_num");
      if (!mark.number) mark.number = event.number("first_epoch_num");
      mark.epochs = event.number("epoch_count");
      mark.samples_start = event.number("samples_count");
      marks.push_back(mark);
      return {};
    }
    if (marks.empty() || marks.back().end >= marks.back().begin)
      return fault(number, fmt::format("{} without its start", event.key));
    auto& mark = marks.back();
    mark.end = std::max(mark.begin, seconds(event.time_ms));
    mark.samples_stop = event.number("samples_count");
    if (!mark.epochs) mark.epochs = event.number("epoch_count");
    return {};
  }

  Status take_metric(const Event& event) {
    if (auto ok = open(event.time_ms); !ok) return ok;
    const auto epoch = whole(event.number("epoch_num"));
    const auto put = [&](const std::string& name, const json& value) -> Status {
      const auto number = Event::as_number(value);
      if (!number) return {};
      if (name.starts_with("eval_")) run_.info.quality[name] = *number;
      return feed_.metric({Seconds{seconds(event.time_ms)}, epoch, name, *number});
    };
    if (!event.value.is_object()) return put(event.key, event.value);
    for (const auto& [name, value] : event.value.items())
      if (auto ok = put(name, value); !ok) return ok;
    return {};
  }

  void describe(const Event& event) {
    auto& info = run_.info;
    const auto text = event.value.is_string() ? event.value.get<std::string>() : "";
    if (event.key == "submission_benchmark") info.training.architecture = text;
    if (event.key == "submission_platform") info.training.gpu = text;
    if (event.key == "global_batch_size") info.training.batch_size = event.number();
    if (event.key == "train_samples") info.training.train_samples = event.number();
    if (event.key == "eval_samples") info.training.validation_samples = event.number();
    if (event.key == "number_of_nodes") info.training.nodes = whole(event.number());
    if (event.key == "accelerators_per_node") per_node_ = whole(event.number());
  }

  Status fault(std::size_t number, std::string reason) {
    if (auto ok = damage_.at(lines_.name(), number, std::move(reason)); !ok) return ok;
    feed_.interrupt_all();
    return {};
  }

  /// How much of an epoch a mark is where epoch_num has a fraction: up to the next mark's number, or, for the
  /// last one, as much as the one before.
  static std::optional<double> share_of(const Mark& mark, const std::vector<Mark>& marks) {
    const auto at = static_cast<std::size_t>(&mark - marks.data());
    const auto step = [&](std::size_t i) -> std::optional<double> {
      if (i + 1 >= marks.size() || !marks[i].number || !marks[i + 1].number) return std::nullopt;
      const double share = *marks[i + 1].number - *marks[i].number;
      return share > 0 ? std::optional{share} : std::nullopt;
    };
    const auto share = step(at);
    return share || at == 0 ? share : step(at - 1);
  }

  /// Emits the log's epochs, or its blocks if it has no epochs.
  Status emit_marks() {
    const bool any_epoch =
        std::ranges::any_of(epochs_, [](const auto& mark) { return mark.end >= mark.begin; });
    const auto& marks = any_epoch ? epochs_ : blocks_;
    const bool by_samples = !any_epoch && std::ranges::any_of(marks, [](const auto& mark) {
      return mark.samples_start && mark.samples_stop && *mark.samples_stop > *mark.samples_start;
    });
    const bool in_shares = any_epoch && std::ranges::any_of(marks, [](const auto& mark) {
                             return mark.number && !is_whole(*mark.number);
                           });
    double total = 0;
    int index = 0;
    for (const auto& mark : marks) {
      if (mark.end < mark.begin) continue;
      trace::Epoch epoch;
      const auto number = whole(mark.number);
      epoch.index = any_epoch && number && !in_shares ? *number : index;
      ++index;
      epoch.span = {Seconds{mark.begin}, Seconds{mark.end}};
      if (!by_samples)
        epoch.work = mark.epochs ? mark.epochs : in_shares ? share_of(mark, marks) : 1;
      else if (mark.samples_start && mark.samples_stop)
        epoch.work = *mark.samples_stop - *mark.samples_start;
      total += epoch.work.value_or(0);
      if (auto ok = feed_.epoch(epoch); !ok) return ok;
    }
    run_.info.epoch_bounds_recorded = !marks.empty();
    if (marks.empty()) return {};
    run_.info.total_work = total;
    const bool in_epochs = any_epoch || marks.front().epochs.has_value();
    run_.info.work_unit = by_samples ? "sample" : in_epochs ? "epoch" : "block";
    return {};
  }

  /// The file goes on with another attempt if anything has happened in the present one: a run of its own. The
  /// description is of both.
  Status end_attempt() {
    if (!run_start_ || (epochs_.empty() && blocks_.empty() && !run_stop_)) return {};
    if (report_.runs.size() + 1 >= most_attempts)
      return fail(ErrorKind::malformed, lines_.name(), "more than {} attempts in one file", most_attempts);
    auto next = run_;
    if (auto ok = end_run(); !ok) return ok;
    next.info.id.clear();
    next.info.quality.clear();
    next.info.total_work.reset();
    next.info.work_unit.clear();
    next.span = {};
    next.notes = {"an earlier attempt is in the same file"};
    run_ = std::move(next);
    meters_.clear();
    epochs_.clear();
    blocks_.clear();
    run_start_.reset();
    run_stop_.reset();
    return {};
  }

  Status finish() {
    if (auto usable = tell_damage("no run, epoch or power in its log entries"); !usable)
      if (report_.runs.empty()) return usable;
    return feed_.open() ? end_run() : Status{};
  }

  Status end_run() {
    if (per_node_)
      run_.info.training.gpu_count = *per_node_ * std::min(run_.info.training.nodes.value_or(1), 100'000);
    if (auto ok = emit_marks(); !ok) return ok;
    const double stop_ms = run_stop_.value_or(last_ms_);
    if (run_start_ && stop_ms > *run_start_)
      run_.span = {Seconds{seconds(*run_start_)}, Seconds{seconds(stop_ms)}};
    if (!run_start_ && !meters_.empty())
      run_.status = trace::RunStatus::finished;  // a power log does not tell how the run ended
    note(feed_.doubts());
    return feed_.end(std::move(run_));
  }

  std::map<std::string, Meter> meters_;
  std::vector<Mark> epochs_;
  std::vector<Mark> blocks_;
  std::optional<int> per_node_;
  std::optional<double> run_start_;
  std::optional<double> run_stop_;
  double zero_ms_ = 0;
  double last_ms_ = 0;  ///< time of the last event
  double conversion_ = 1;
};

Status import_mllog(LineReader& lines, const ImportOptions& options, trace::RunSink& sink,
                    ImportReport& report) {
  return Import(lines, options, sink, report).run();
}

}  // namespace

extern const Importer mllog_importer{
    .kind = "mllog",
    .description = "MLPerf MLLOG power and training logs",
    .takes = "node power; epochs or blocks, evaluations, description; one run per attempt",
    .recognised_by = "lines with `:::MLLOG`",
    .documented = "github.com/mlcommons/logging",
    .recognises = recognises_mllog,
    .import = import_mllog};

}  // namespace joulecast::formats
