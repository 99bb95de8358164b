#include "formats/support/table_import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <list>
#include <map>
#include <set>
#include <utility>

#include "base/csv_scanner.hpp"
#include "base/text.hpp"
#include "formats/support/device_names.hpp"
#include "formats/support/log_units.hpp"
#include "formats/support/sample_import.hpp"
#include "formats/support/table_cells.hpp"
#include "formats/support/table_columns.hpp"
#include "formats/support/table_times.hpp"
#include "trace/plausible.hpp"

namespace joulecast::formats {
namespace {

using trace::Component;
using trace::Quantity;
using Role = Meaning::Role;

/// Stands between node and device in the key of a row.
constexpr char behind_node = '\x1f';
constexpr double missing = std::numeric_limits<double>::quiet_NaN();
/// Without a device column, so many rows with the time of the row before are chance; more are several
/// devices.
constexpr double most_rows_at_one_time = 0.2;
constexpr std::uint64_t rows_to_judge = 10;
constexpr std::size_t most_told = 1000;

class TableImport : public SampleImport {
 public:
  TableImport(const TableRules& rules, LineReader& lines, const ImportOptions& options, trace::RunSink& sink,
              ImportReport& report)
      : SampleImport(rules.kind, lines, options, sink, report), rules_(rules), columns_(rules, options) {}

  Status run() {
    if (rules_.own_names) {
      const auto head = lines_.plain_head();
      if (!head) return propagate(head.error());
      columns_.judge_by(sample_of_table(*head));
    }
    auto taken = each_line([this](std::string_view line, std::size_t number, bool torn) {
      return take_line(line, number, torn);
    });
    if (!taken) return taken;
    if (!feed_.open() && first_without_power_ != 0)
      return fail(ErrorKind::malformed, place_of(first_without_power_),
                  "no column that is known to be a power: --columns time=…,power_w=… says which is");
    if (rows_ >= rows_to_judge &&
        static_cast<double>(rows_at_one_time_) > most_rows_at_one_time * static_cast<double>(rows_))
      return fail(ErrorKind::malformed, lines_.name(),
                  "{} of {} rows follow the row before at once: --columns time=…,device=… says which column "
                  "tells devices apart",
                  rows_at_one_time_, rows_);
    if (rows_ >= rows_to_judge &&
        static_cast<double>(times_.falls()) > most_rows_at_one_time * static_cast<double>(rows_))
      return fail(
          ErrorKind::malformed, lines_.name(),
          "{} of {} times in {} are before the time of the row before: they are how long each row took, "
          "not when it was",
          times_.falls(), rows_, columns_[columns_.find(Role::time)].heading);
    return finish();
  }

 private:
  Status take_line(std::string_view line, std::size_t number, bool torn) {
    if (line.find_first_not_of("-=+*# ") == std::string_view::npos) return {};  // a ruler
    split_.clear();
    rewritten_.clear();
    split_line(line, number);
    // A row may begin with a time that only the row's other cells tell from a line of its own.
    if (!has_time_ || split_.size() != columns_.size())
      if (const auto time = time_of_block(line)) {
        block_time_ = *time;
        row_of_block_ = 0;
        return {};
      }
    if (rules_.is_noise != nullptr && rules_.is_noise(split_)) return {};
    if (columns_.is_header(split_)) return take_header(number);
    if (skips_) return {};
    if (rules_.regroup != nullptr) rules_.regroup(split_);
    if (columns_.size() == 0) {
      if (auto ok = columns_.take_first_row(split_, place_of(number)); !ok) return ok;
      if (columns_.size() == 0) return fault(number, "neither a time, nor a header, nor a row with a unit");
      take_columns(number);
    }
    return take_cells(number, torn);
  }

  void split_line(std::string_view line, std::size_t number) {
    if (rules_.blanks) {
      split_ = cells_of(line, rules_);
      return;
    }
    CsvRow row;
    CsvScanner scanner(line, csv_of_logs, number);
    if (!scanner.next(row)) return;
    split_ = std::move(row.cells);
    rewritten_ = std::move(row.rewritten);
  }

  Status take_header(std::size_t number) {
    if (std::ranges::equal(split_, columns_.headings())) return {};
    if (auto ok = columns_.take_header(split_, place_of(number)); !ok) return ok;
    take_columns(number);
    return {};
  }

  [[nodiscard]] std::string place_of(std::size_t number) const { return place(lines_.name(), number); }

  void take_columns(std::size_t number) {
    has_device_ = columns_.has(Role::device) || columns_.has(Role::node);
    has_time_ = columns_.has(Role::time);
    // A program that writes several tables in turn has the power in one of them.
    skips_ = !columns_.has_power();
    if (skips_ && first_without_power_ == 0) first_without_power_ = number;
    if (skips_) return;
    report_.left.insert(report_.left.end(), columns_.told().begin(), columns_.told().end());
    for (std::size_t i = 0; i < columns_.size(); ++i)
      if (columns_[i].meaning.role == Role::ignored && !trim(columns_[i].heading).empty() &&
          std::ranges::none_of(columns_.told(),
                               [&](const auto& told) { return told.starts_with(columns_[i].heading + ":"); }))
        if (const auto told = fmt::format("{}: not used", columns_[i].heading);
            told_.size() < most_told && told_.insert(told).second)
          report_.left.push_back(told);
    why_left_.clear();
    change_measures();
  }

  Status take_cells(std::size_t number, bool torn) {
    // A cell that ends within a line may have lost its last digits.
    const auto length = split_.empty() ? 0 : split_.back().size();
    const bool shortened = torn && (split_.size() != columns_.size() || length < last_length_);
    last_length_ = length;
    if (shortened) return fault(number, "cut off: the file ends within this line");
    if (rules_.takes != nullptr) {
      const std::vector<std::string_view> headings(columns_.headings().begin(), columns_.headings().end());
      if (!rules_.takes(headings, split_)) return {};
    }
    // A comma at the end of each row, but not of the header, is a habit of some programs.
    if (split_.size() == columns_.size() + 1 && split_.back().empty()) split_.pop_back();
    if (split_.size() != columns_.size())
      return fault(number, fmt::format("{} cells under a header of {}", split_.size(), columns_.size()));
    LogTime time = block_time_;
    if (has_time_) {
      const auto own = times_.of_row(split_);
      if (!own)
        return fault(number, fmt::format("\"{}\" is not a time", times_.text_of(split_).substr(0, 40)));
      time = *own;
      if (auto ok = times_.check_unit(time, place_of(number)); !ok) return ok;
    }
    auto device = device_of_row(time);
    for (const auto role : {Role::device, Role::node})
      if (const auto left = why_left(role); !left.empty()) return leave_device(cell_with(role), left);
    if (!read_values()) return fault(number, std::move(reason_));
    add_up_intervals(device);
    bound_ = limit_of_row();
    if (bound_)
      for (const auto channel : channels_of(device)) raise_if_power(channel);
    if (auto ok = take_row(time, device, values_, number); !ok) return ok;
    return lose_intervals(device, time);
  }

  /// Why the rows of a device are left out; "" if they count.
  [[nodiscard]] std::string_view why_left(Role role) {
    const auto device = cell_with(role);
    if (device.empty()) return "";
    const auto known = why_left_.find({role, std::string(device)});
    if (known != why_left_.end()) return known->second;
    constexpr std::size_t most_known = 1000;
    const auto why = judge_device(role, device);
    if (why_left_.size() < most_known) why_left_.emplace(std::pair{role, std::string(device)}, why);
    return why;
  }

  [[nodiscard]] std::string_view judge_device(Role role, std::string_view device) const {
    const auto named = named_device(device);
    if (named.overlaps_others && role == Role::device) return "overlaps the others";
    if (named.is_no_power && columns_.has_power()) return "its name is of another quantity than a power";
    const auto& sums = columns_.sum_devices();
    return std::ranges::find(sums, device) != sums.end() ? "the sum of others, not added" : "";
  }

  Status leave_device(std::string_view device, std::string_view why) {
    const auto told = fmt::format("{}: {}", device, why);
    if (told_.size() < most_told && told_.insert(told).second) report_.left.push_back(told);
    return {};
  }

  /// Energies of intervals as the counter that they make.
  void add_up_intervals(const std::string& device) {
    for (std::size_t i = 0; i < values_.size(); ++i) {
      if (!columns_[columns_.channels()[i].front()].meaning.of_interval) continue;
      auto& sum = sums_[{device, i}];
      sum.lost = std::isnan(values_[i]) || values_[i] < 0;
      if (!sum.lost) sum.joules += values_[i];
      values_[i] = sum.joules;
    }
  }

  /// Gaps for the intervals whose energy the row did not have.
  Status lose_intervals(const std::string& device, const LogTime& time) {
    const auto channels = channels_of(device);
    for (auto& [key, sum] : sums_) {
      if (key.first != device || key.second >= channels.size()) continue;
      const auto before = std::exchange(sum.last_us, time.us);
      if (sum.lost && before != 0)
        if (auto ok = feed_.lose(channels[key.second], seconds_of(before), seconds_of(time.us)); !ok)
          return ok;
    }
    return {};
  }

  [[nodiscard]] std::string_view cell_with(Role role) const {
    const auto at = columns_.find(role);
    return at == columns_.size() ? std::string_view{} : split_[at];
  }

  std::string device_of_row(const LogTime& time) {
    ++rows_;
    if (has_device_) {
      const auto node = cell_with(Role::node);
      const auto device = cell_with(Role::device);
      return node.empty() ? std::string(device) : fmt::format("{}{}{}", node, behind_node, device);
    }
    if (!has_time_ && block_time_.kind != LogTime::Kind::none) return fmt::format("{}", row_of_block_++);
    if (has_time_ && times_.follows_at_once(time.us)) ++rows_at_one_time_;
    return "";
  }

  /// Fills values_ with what the row has for each channel; false, with the reason, if a cell is damaged. Of
  /// several columns for one channel, the first by rank that has a value counts.
  bool read_values() {
    const auto& channels = columns_.channels();
    values_.assign(channels.size(), missing);
    for (std::size_t channel = 0; channel < channels.size(); ++channel)
      for (const auto column : channels[channel]) {
        const auto value = cells_.value_of(column, split_[column], options_.comma);
        if (!value) {
          reason_ = value.error();
          return false;
        }
        const bool known = !std::isnan(values_[channel]) && values_[channel] != empty_cell;
        if (!known && (column == channels[channel].front() || *value != empty_cell))
          values_[channel] = *value;
      }
    return true;
  }

  std::vector<Measure> measures_of(std::string_view key, std::size_t number) override {
    std::vector<Measure> measures;
    const auto node_of_row =
        key.substr(0, key.find(behind_node) == std::string_view::npos ? 0 : key.find(behind_node));
    const auto device = node_of_row.empty() ? key : key.substr(node_of_row.size() + 1);
    const bool has_device = has_device_ && !device.empty();
    for (const auto& columns : columns_.channels()) {
      const auto& meaning = columns_[columns.front()].meaning;
      const auto node = meaning.node.empty() ? node_of_row : std::string_view(meaning.node);
      const auto index = parse_uint(device);
      const auto name = has_device && !index ? fmt::format("{}", number) : std::string(device);
      auto& measure = measures.emplace_back();
      for (const auto column : columns)
        measure.from += (measure.from.empty() ? "" : " or ") + columns_[column].heading;
      measure.zero = meaning.zero;
      auto& channel = measure.channel;
      channel.name = channel_name(meaning, name);
      channel.quantity = meaning.quantity;
      channel.behaviour = meaning.behaviour;
      channel.component = meaning.component;
      channel.contained_in = meaning.contained_in;
      channel.node = node;
      channel.device = !meaning.rail.empty()     ? meaning.rail
                       : !meaning.device.empty() ? meaning.device
                       : has_device              ? std::string(device)
                                                 : name;
      if (const auto named = named_device(device); has_device && !index && named.component)
        take_name(named, meaning, measure);
      if (channel.component == Component::gpu && channel.device.empty()) channel.device = "0";
      if (!node.empty()) {
        channel.name = fmt::format("{}/{}", node, channel.name);
        if (!channel.contained_in.empty())
          channel.contained_in = fmt::format("{}/{}", node, channel.contained_in);
      }
      if (meaning.quantity == Quantity::power && meaning.component == Component::gpu)
        channel.plausible_maximum = bound_.value_or(trace::most_of(Component::gpu, limit_by_name()));
    }
    return measures;
  }

  /// What the device's own name says goes before what its column says.
  static void take_name(const NamedDevice& named, Meaning meaning, Measure& measure) {
    auto& channel = measure.channel;
    channel.component = *named.component;
    if (named.component != Component::cpu || !meaning.rail.empty()) return;
    meaning.component = Component::cpu;
    meaning.device = named.number;
    channel.name = channel_name(meaning, "");
    if (named.rail.empty()) return;
    channel.contained_in = channel.name;
    meaning.rail = named.rail;
    channel.name = channel_name(meaning, "");
    measure.zero = ZeroWatts::real;
  }

  void describe(trace::Run& run) override {
    if (const auto name = cell_with(Role::name); !name.empty()) run.info.training.gpu = std::string(name);
    if (has_time_ && times_.lacks_unit())
      run.notes.push_back(fmt::format("{} has no unit: its numbers were taken as seconds",
                                      columns_.place_or_name(columns_.find(Role::time))));
  }

  /// What the row's device may draw by its own limit column.
  [[nodiscard]] std::optional<Watts> limit_of_row() const {
    const auto at = columns_.find(Role::limit);
    if (at == columns_.size()) return std::nullopt;
    const auto cell = parse_cell(split_[at]);
    const auto unit = cell && !cell->unit.empty() ? cell->unit : std::string_view(columns_[at].meaning.unit);
    const auto factor = log_unit_factor(Quantity::power, unit);
    if (!cell || !factor) return std::nullopt;
    const Watts limit{cell->number * *factor};
    if (limit <= Watts{0} || limit > trace::most_of(Component::gpu)) return std::nullopt;
    return trace::most_of(Component::gpu, limit);
  }

  [[nodiscard]] std::optional<Watts> limit_by_name() const {
    const auto name = cell_with(Role::name);
    return name.empty() || !options_.board_limit ? std::nullopt : options_.board_limit(name);
  }

  void raise_if_power(std::size_t channel) {
    if (feed_.is_power(channel)) feed_.raise_bound(channel, *bound_);
  }

  const TableRules& rules_;
  std::vector<std::string_view> split_;
  std::list<std::string> rewritten_;  ///< what cells with doubled quotes point into
  TableColumns columns_;
  TableCells cells_{columns_};
  TableTimes times_{columns_};
  std::vector<double> values_;
  std::string reason_;
  struct Sum {
    double joules = 0;
    bool lost = false;  ///< the last interval's energy
    std::int64_t last_us = 0;
  };
  std::map<std::pair<std::string, std::size_t>, Sum> sums_;  ///< by device and place of the channel
  std::set<std::string> told_;
  std::map<std::pair<Role, std::string>, std::string_view> why_left_;
  bool skips_ = false;                   ///< the rows of a table without a power
  std::size_t first_without_power_ = 0;  ///< line of the first such table's header; 0 = none
  bool has_device_ = false;
  bool has_time_ = false;
  LogTime block_time_;
  std::size_t row_of_block_ = 0;
  std::uint64_t rows_ = 0;
  std::uint64_t rows_at_one_time_ = 0;
  std::size_t last_length_ = 0;
  std::optional<Watts> bound_;
};

}  // namespace

Status import_table(const TableRules& rules, LineReader& lines, const ImportOptions& options,
                    trace::RunSink& sink, ImportReport& report) {
  return TableImport(rules, lines, options, sink, report).run();
}

}  // namespace joulecast::formats
