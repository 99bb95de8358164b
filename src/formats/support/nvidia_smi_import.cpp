#include "formats/support/nvidia_smi_import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/text.hpp"
#include "formats/support/line_import.hpp"
#include "formats/support/log_clock.hpp"
#include "formats/support/log_time.hpp"
#include "formats/support/nvidia_smi_beginning.hpp"
#include "formats/support/nvidia_smi_rounds.hpp"
#include "formats/support/nvidia_smi_rows.hpp"
#include "trace/plausible.hpp"

namespace joulecast::formats::nvidia_smi {
namespace {

/// Number of readings of one GPU that are passed on together.
constexpr std::size_t rows_at_once = 4096;
constexpr double microseconds = 1e6;

/// Readings of one GPU that have not been passed on yet.
struct Gpu {
  std::string key;
  std::size_t number = 0;
  std::array<std::optional<std::size_t>, channel_fields> channels;
  std::vector<double> times;
  std::array<std::vector<double>, channel_fields> values;
  std::int64_t first_us = 0;
  std::int64_t last_us = 0;
  std::int64_t second_last_us = 0;
  bool seen = false;
  RhythmWatch rhythm;
  std::vector<RhythmWatch::Silence> early;  ///< silences that are told when all readings have been passed on
};

class Import : public LineImport {
 public:
  Import(LineReader& lines, const ImportOptions& options, trace::RunSink& sink, ImportReport& report)
      : LineImport(lines, options, sink, report), options_(options) {}

  Status run() {
    for (;;) {
      const auto block = lines_.block();
      if (!block) return propagate(block.error());
      if (block->empty()) break;
      if (auto ok = take_block(*block); !ok) return ok;
    }
    return finish();
  }

 private:
  /// Finds the columns from the header, the options or the rows themselves.
  Status begin(std::string_view block) {
    const auto where = place(lines_.name(), lines_.line());
    auto beginning = read_beginning(block, options_.columns, lines_.name());
    if (!beginning) return propagate(beginning.error());
    dense_ = beginning->dense;
    parser_.emplace(std::move(beginning->columns));
    if (!parser_->has(Field::timestamp))
      return fail(
          ErrorKind::malformed, where,
          "no column timestamp, so no energy; if another column is the time, --columns time=… names it");
    const auto& chosen = parser_->columns();
    if (std::ranges::none_of(chosen, [](const auto& column) { return is_channel(column.field); }))
      return fail(
          ErrorKind::malformed, where,
          "no column that is known to be a power or another reading of a GPU: --columns time=…,power_w=… "
          "says which is");
    for (const auto& column : chosen)
      if (column.field == Field::ignored) report_.left.push_back(column.heading + ": not used");
    has_key_ = parser_->has(Field::index) || parser_->has(Field::uuid) || parser_->has(Field::bus_id);
    if (has_key_) return {};
    const auto times = first_times(block, parser_->columns());
    if (!tells_rows_apart(times))
      return fail(
          ErrorKind::malformed, where,
          "several rows have the same whole second, and no column such as index tells whether they are "
          "of several GPUs or readings of one");
    rounds_.emplace(times);
    return {};
  }

  Status take_block(std::string_view block) {
    if (!parser_) {
      // Skips blank lines before the header.
      while (!block.empty() && (block.front() == '\n' || block.front() == '\r')) {
        before_header_ += block.front() == '\n' ? 1 : 0;
        block.remove_prefix(1);
      }
      if (block.empty()) return {};
      if (auto ok = begin(block); !ok) return ok;
    }
    const char* p = block.data();
    const char* const end = p + block.size();
    auto number = lines_.line() + before_header_;
    before_header_ = 0;
    Row row;
    for (; p != end; ++number) {
      const char* const next = parser_->parse(p, end, row);
      if (next != nullptr) [[likely]] {
        const bool torn = next == end && lines_.cut_off() && row.open_length < open_length_;
        open_length_ = row.open_length;
        if (auto ok = torn ? fault(number, "cut off: the file ends within this line") : take_row(row, number);
            !ok)
          return ok;
        p = next;
        continue;
      }
      const char* const stop = std::find(p, end, '\n');
      const std::string_view behind(p, static_cast<std::size_t>(end - p));
      if (auto ok = take_other(behind.substr(0, static_cast<std::size_t>(stop - p)), behind, number,
                               stop + 1 == end && lines_.cut_off());
          !ok)
        return ok;
      row = {};  // it may hold views into a parser that a second header has replaced
      p = stop + 1;
    }
    return {};
  }

  /// Handles a line that is not a row: a blank line, a repeated header (the log was appended to) or damage.
  Status take_other(std::string_view line, std::string_view behind, std::size_t number, bool cut_off) {
    // Blank lines, rulers, and dates that a loop writes between its blocks hold nothing.
    if (line.find_first_not_of(" \t\r-=+*#") == std::string_view::npos || parse_log_time(line)) return {};
    if (is_header(line)) {
      auto columns = columns_of_header(split(trim(line), ','));
      drop_empty_rivals(columns, rows_behind_header(behind));
      if (dense_) prefer_instant(columns);
      drop_rivals(columns);
      RowParser again(std::move(columns));
      if (!again.has(Field::timestamp)) return fault(number, "a second header without a column timestamp");
      parser_.emplace(std::move(again));
      return {};
    }
    return fault(number, cut_off ? "cut off: the file ends within this line" : parser_->reason());
  }

  Status fault(std::size_t number, std::string reason) {
    if (auto ok = damage_.at(lines_.name(), number, std::move(reason)); !ok) return ok;
    for (auto& gpu : gpus_)
      if (auto ok = flush(gpu); !ok) return ok;
    feed_.interrupt_all();
    return {};
  }

  Status take_row(const Row& row, std::size_t number) {
    if (!feed_.open())
      if (auto ok = open(row); !ok) return ok;
    if (!has_key_) {
      if (auto ok = next_turn(row, number); !ok) return ok;
      if (turn_ >= rounds_->gpus())
        return fault(number, fmt::format("more rows at one time than there are GPUs ({})", rounds_->gpus()));
    }
    auto* gpu = gpu_of(row);
    if (gpu == nullptr) {
      if (gpus_.size() >= most_gpus) return fault(number, "more GPUs than any machine has");
      auto added = add_gpu(row);
      if (!added) return propagate(added.error());
      gpu = *added;
    }
    const auto last_us = gpu->seen ? gpu->last_us : row.time_us + clock_.offset_us();
    const auto moment = clock_.resolve(row.time_us, last_us, gpu->rhythm);
    if (moment.disorder) return {};
    if (gpu->seen && (gpu->rhythm.is_silence(moment.us - last_us) || moment.after_jump))
      if (auto ok = interrupt(*gpu); !ok) return ok;
    if (!gpu->seen) gpu->first_us = moment.us;
    gpu->seen = true;
    if (!gpu->rhythm.judged_early()) gpu->early = gpu->rhythm.early_silences();
    gpu->second_last_us = gpu->last_us;
    gpu->last_us = moment.us;
    gpu->times.push_back(static_cast<double>(moment.us - zero_us_) / microseconds);
    for (std::size_t i = 0; i < gpu->values.size(); ++i) {
      if (!gpu->channels[i]) continue;
      auto value = row.values[i];
      if (feed_.is_doubtful(*gpu->channels[i], value)) [[unlikely]] {
        if (auto told = doubt(*gpu->channels[i], value, number); !told) return told;
      }
      gpu->values[i].push_back(value);
    }
    // Without keys, an incomplete round may have to be discarded. So its GPUs are flushed when the next round
    // begins.
    return gpu->times.size() < rows_at_once || !has_key_ ? Status{} : flush(*gpu);
  }

  /// Tells of a value that cannot be, unless the GPU's limit was raised since the log began.
  Status doubt(std::size_t channel, double& value, std::size_t number) {
    const auto limit = parser_->described(Field::power_limit);
    if (limit && value > 0) feed_.raise_bound(channel, bound_of(limit, {}));
    const auto kept = believed(channel, value, number);
    if (!kept) return propagate(kept.error());
    value = *kept;
    return {};
  }

  /// What a GPU may draw by the log's own limit, or else by its name.
  [[nodiscard]] Watts bound_of(std::optional<double> limit, std::string_view name) const {
    const auto anything = trace::most_of(trace::Component::gpu);
    if (!limit && options_.board_limit && !name.empty())
      if (const auto known = options_.board_limit(name)) limit = known->value();
    const bool usable = limit && *limit > 0 && *limit <= anything.value();
    return usable ? trace::most_of(trace::Component::gpu, Watts{*limit}) : anything;
  }

  /// Finds the next GPU in a log without keys, where the rows of a round are in the order of the GPUs.
  Status next_turn(const Row& row, std::size_t number) {
    const auto step = row.time_us - last_row_us_;
    last_row_us_ = row.time_us;
    if (rounds_->gpus() > 1 && !gpus_.empty() && !rounds_->is_new_round(step)) {
      ++turn_;
      return {};
    }
    const auto rows = turn_ + 1;
    turn_ = 0;
    if (rows < gpus_.size()) {  // it is unknown which GPU is missing
      for (std::size_t i = 0; i < rows; ++i) take_back(gpus_[i]);
      const auto reason =
          fmt::format("the round before this line has {} rows for {} GPUs", rows, gpus_.size());
      if (auto ok = fault(number, reason); !ok) return ok;
    }
    if (!gpus_.empty() && gpus_.front().times.size() >= rows_at_once)
      for (auto& gpu : gpus_)
        if (auto ok = flush(gpu); !ok) return ok;
    return {};
  }

  static void take_back(Gpu& gpu) {
    if (gpu.times.empty()) return;
    gpu.times.pop_back();
    gpu.last_us = gpu.second_last_us;
    for (std::size_t i = 0; i < gpu.values.size(); ++i)
      if (gpu.channels[i]) gpu.values[i].pop_back();
  }

  Status interrupt(Gpu& gpu) {
    if (auto ok = flush(gpu); !ok) return ok;
    for (const auto& channel : gpu.channels)
      if (channel) feed_.interrupt(*channel);
    return {};
  }

  /// The GPU of this row; nullptr if it has not occurred before.
  Gpu* gpu_of(const Row& row) {
    if (!has_key_) return turn_ < gpus_.size() ? &gpus_[turn_] : nullptr;
    // GPUs take turns, so the row almost always belongs to the GPU after the previous one.
    for (std::size_t tried = 0; tried < gpus_.size(); ++tried) {
      turn_ = turn_ + 1 < gpus_.size() ? turn_ + 1 : 0;
      if (gpus_[turn_].key == row.key) return &gpus_[turn_];
    }
    return nullptr;
  }

  Status open(const Row& row) {
    zero_us_ = row.time_us;
    const auto stem = std::filesystem::path(lines_.name()).stem().string();
    run_.info.id = fmt::format("{}-{}", stem.empty() ? "nvidia-smi" : stem, compact_civil(zero_us_).text);
    run_.info.name = stem;
    run_.info.source = "nvidia-smi";
    run_.info.training.gpu = std::string(trim(row.name));
    run_.info.epoch_bounds_recorded = false;
    if (const auto bytes = parser_->described(Field::memory_total))
      run_.info.training.gpu_memory_mib = *bytes / 1048576;
    run_.info.training.gpu_power_limit_w = parser_->described(Field::power_limit);
    run_.started = WallTime{zero_us_ * 1000};
    run_.notes.push_back("the times are local ones of a zone that the log does not name");
    return feed_.begin(run_);
  }

  Result<Gpu*> add_gpu(const Row& row) {
    Gpu gpu;
    gpu.key = std::string(row.key);
    const auto index = parse_uint(row.key);
    const bool numbered = parser_->has(Field::index) && index && *index < 10'000;
    gpu.number = numbered ? static_cast<std::size_t>(*index) : gpus_.size();
    for (const auto& column : parser_->columns()) {
      if (!is_channel(column.field)) continue;
      auto channel = channel_of(column.field, gpu.number);
      channel.device = has_key_ ? gpu.key : fmt::format("{}", gpu.number);
      if (column.field == Field::power)
        channel.plausible_maximum = bound_of(parser_->described(Field::power_limit), trim(row.name));
      const auto number = feed_.channel(channel);
      if (!number) return propagate(number.error());
      gpu.channels[static_cast<std::size_t>(column.field)] = *number;
      report_.taken.push_back(fmt::format("{} from {}", channel.name, column.heading));
    }
    run_.host.gpus.emplace_back(trim(row.name));
    return &gpus_.emplace_back(std::move(gpu));
  }

  Status flush(Gpu& gpu) {
    feed_.count_samples(gpu.times.size());
    for (std::size_t i = 0; i < gpu.values.size(); ++i) {
      if (!gpu.channels[i]) continue;
      if (auto ok = feed_.push(*gpu.channels[i], gpu.times, gpu.values[i]); !ok) return ok;
      gpu.values[i].clear();
    }
    gpu.times.clear();
    return {};
  }

  /// Gaps for silences among a GPU's first readings.
  Status tell_early_silences(Gpu& gpu) {
    const auto seconds = [&](std::int64_t behind_first) {
      return static_cast<double>(gpu.first_us + behind_first - zero_us_) / microseconds;
    };
    if (!gpu.rhythm.judged_early()) gpu.early = gpu.rhythm.early_silences(/*at_end=*/true);
    for (const auto& [begin, end] : gpu.early)
      for (const auto& channel : gpu.channels)
        if (channel)
          if (auto ok = feed_.silence(*channel, seconds(begin), seconds(end)); !ok) return ok;
    return {};
  }

  /// Two boards and two recorders of one board look the same where no column tells boards apart.
  void note_rounds() {
    if (!has_key_ && gpus_.size() > 1)
      run_.notes.push_back(fmt::format(
          "no column tells GPUs apart: {} rows that follow each other at once were taken as as many GPUs",
          gpus_.size()));
  }

  Status finish() {
    const auto nothing = damage_.first().empty() ? "no readings in it"
                                                 : "no line that can be used; the first: " + first_reason();
    if (auto usable = tell_damage(nothing); !usable) return usable;
    for (auto& gpu : gpus_) {
      if (auto ok = flush(gpu); !ok) return ok;
      if (auto ok = tell_early_silences(gpu); !ok) return ok;
    }
    run_.info.training.gpu_count = static_cast<int>(gpus_.size());
    note_rounds();
    note(lines_.notes());
    note(clock_.notes());
    note(feed_.doubts());
    if (report_.skipped_lines != 0)
      run_.notes.push_back(fmt::format("{} lines of the log could not be used", report_.skipped_lines));
    return feed_.end(std::move(run_));
  }

  [[nodiscard]] std::string first_reason() const {
    const auto& fault = damage_.first().front();
    return fault.substr(std::min(fault.size(), lines_.name().size() + 1));
  }

  const ImportOptions& options_;
  std::optional<RowParser> parser_;
  std::optional<Rounds> rounds_;
  LogClock clock_;
  std::vector<Gpu> gpus_;
  bool dense_ = false;  ///< see Beginning
  bool has_key_ = false;
  std::size_t turn_ = 0;
  std::size_t before_header_ = 0;
  std::int64_t zero_us_ = 0;
  std::ptrdiff_t open_length_ = 0;  ///< of the previous row
  std::int64_t last_row_us_ = 0;
};

}  // namespace

Status import_log(LineReader& lines, const ImportOptions& options, trace::RunSink& sink,
                  ImportReport& report) {
  return Import(lines, options, sink, report).run();
}

}  // namespace joulecast::formats::nvidia_smi
