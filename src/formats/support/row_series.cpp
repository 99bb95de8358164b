#include "formats/support/row_series.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "formats/support/device_names.hpp"
#include "formats/support/heading_words.hpp"
#include "formats/support/log_time.hpp"

namespace joulecast::formats {
namespace {

using Role = Meaning::Role;

/// Fewer rows tell nothing.
constexpr std::size_t fewest_rows = 8;
/// Fewer rows than this share at a time that their series has already are chance.
constexpr double least_share = 0.2;
/// A column that leaves more than this share of them does not tell series apart.
constexpr double most_left = 0.05;
/// Of the rows of one device, the share that is followed by one of another machine where machines take turns.
constexpr double share_of_turns = 0.9;
constexpr std::size_t most_values = 64;
/// So many times the usual difference is no chance.
constexpr double clearly = 3;
/// Of two courses, as a share of the power: two recorders of one device differ less.
constexpr double least_difference = 0.1;

/// What tells machines apart by its name, even where their readings are alike.
bool names_machine(const HeadingWords& words) {
  return words.any({"host", "hostname", "node", "nodename", "nodeid", "machine", "server", "worker",
                    "instance", "computer", "pod", "task", "rank", "uuid", "serial", "bus", "pci", "box",
                    "client"});
}

bool names_device(const HeadingWords& words) {
  return words.any({"uuid", "serial", "bus", "pci", "rank", "index", "device", "gpu", "gcd"});
}

bool names_run(const HeadingWords& words) {
  return words.only({"run", "id", "name", "experiment", "exp", "trial", "job", "sweep", "attempt", "jobid",
                     "runid"}) &&
         !words.only({"id", "name"});
}

/// Rows repeat what they tell of the device for each of its processes or instances.
bool names_part(const HeadingWords& words) {
  return words.any({"pid", "process", "proc", "user", "app", "command", "mig", "gi", "ci", "container"});
}

bool is_statistic(std::string_view cell) {
  return HeadingWords(cell).only({"avg", "average", "mean", "median", "max", "maximum", "min", "minimum",
                                  "std", "stddev", "peak", "p", "last", "current"});
}

class Search {
 public:
  Search(const TableSample& sample, const std::vector<Meaning>& meanings)
      : sample_(sample), meanings_(meanings) {}

  RowSeries run() {
    RowSeries found;
    for (std::size_t i = 0; i < meanings_.size(); ++i) take_role(i, found);
    if (times_.empty() || sample_.rows.size() < fewest_rows) return found;
    if (found.refusal = of_several_runs(); !found.refusal.empty()) return found;
    const auto repeated = repeats(keys_of(found));
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < meanings_.size() && !best; ++i)
      if (is_candidate(i, found) && names_machine(words_of(i)) && tells_apart(i, found, repeated)) best = i;
    for (std::size_t i = 0; i < meanings_.size() && !best; ++i)
      if (is_candidate(i, found) && tells_apart(i, found, repeated)) best = i;
    if (best && !names_machine(words_of(*best)) && are_copies(found))
      found.refusal = fmt::format(
          "rows at one time have the same power, but differ in {}: --columns time=…,power_w=…,device={} adds "
          "them; "
          "without that column they are one reading",
          some_values(*best), sample_.header[*best]);
    if (!found.refusal.empty()) return found;
    if (best) return with(*best, found);
    if (is_many(repeated) ? alternate_at_one_time(found) : take_turns(found))
      found.refusal =
          "its readings alternate between two courses, as those of two devices do, and no column tells them "
          "apart: "
          "log host, index or uuid too; if they are of one device: --columns time=…,power_w=…";
    return found;
  }

 private:
  using Columns = std::vector<std::size_t>;

  [[nodiscard]] HeadingWords words_of(std::size_t i) const { return HeadingWords(sample_.header[i]); }
  [[nodiscard]] static bool is_many(double share) { return share >= least_share; }

  void take_role(std::size_t i, RowSeries& found) {
    const auto role = meanings_[i].role;
    if (role == Role::time || role == Role::date) times_.push_back(i);
    if (role == Role::node && !found.machine) found.machine = i;
    if (role == Role::device && (!found.device || meanings_[i].rank < meanings_[*found.device].rank))
      found.device = i;
    const bool counts =
        meanings_[i].quantity == trace::Quantity::power || meanings_[i].quantity == trace::Quantity::energy;
    if (role == Role::measure && counts && !power_) power_ = i;
  }

  static Columns keys_of(const RowSeries& found) {
    Columns keys;
    if (found.machine) keys.push_back(*found.machine);
    if (found.device) keys.push_back(*found.device);
    return keys;
  }

  [[nodiscard]] std::string text_of(const std::vector<std::string>& row, const Columns& columns) const {
    std::string text;
    for (const auto i : columns) text.append(row[i]).push_back('\x1f');
    return text;
  }

  /// Share of the rows that have a time which their series has already.
  [[nodiscard]] double repeats(Columns keys) const {
    keys.insert(keys.end(), times_.begin(), times_.end());
    std::set<std::string> seen;
    std::size_t count = 0;
    for (const auto& row : sample_.rows) count += seen.insert(text_of(row, keys)).second ? 0 : 1;
    return static_cast<double>(count) / static_cast<double>(sample_.rows.size());
  }

  [[nodiscard]] std::set<std::string> values_of(std::size_t i) const {
    std::set<std::string> values;
    for (const auto& row : sample_.rows)
      if (values.size() <= most_values) values.insert(row[i]);
    return values;
  }

  [[nodiscard]] bool is_candidate(std::size_t i, const RowSeries& found) const {
    const auto role = meanings_[i].role;
    const bool free =
        role == Role::ignored || role == Role::name || role == Role::device || role == Role::node;
    if (!free || found.machine == i || found.device == i || names_part(words_of(i))) return false;
    const auto values = values_of(i);
    const bool fractions = std::ranges::any_of(values, [](const std::string& cell) {
      return cell.find('.') != std::string::npos && parse_double(cell);
    });
    return values.size() > 1 && values.size() <= most_values && values.size() * 3 <= sample_.rows.size() &&
           !fractions;
  }

  /// Whether a column tells series apart that the columns known so far do not: rows at the same time, or rows
  /// of machines that take turns.
  [[nodiscard]] bool tells_apart(std::size_t i, const RowSeries& found, double repeated) const {
    auto keys = keys_of(found);
    if (is_many(repeated)) {
      keys.push_back(i);
      return repeats(keys) <= most_left;
    }
    if (!names_machine(words_of(i)) && meanings_[i].role != Role::name) return false;
    std::map<std::string, std::string> last;
    std::size_t turns = 0, others = 0;
    for (const auto& row : sample_.rows) {
      auto& before = last[text_of(row, keys)];
      if (!before.empty()) ++(before != row[i] ? turns : others);
      before = row[i];
    }
    return turns > fewest_rows &&
           static_cast<double>(turns) >= share_of_turns * static_cast<double>(turns + others);
  }

  /// The powers of rows of one series that have the same time, in their order.
  [[nodiscard]] std::vector<std::vector<double>> powers_at_one_time(const RowSeries& found) const {
    auto keys = keys_of(found);
    keys.insert(keys.end(), times_.begin(), times_.end());
    std::vector<std::vector<double>> groups;
    std::map<std::string, std::size_t> places;
    if (!power_) return groups;
    for (const auto& row : sample_.rows) {
      const auto value = value_in(row[*power_], meanings_[*power_]);
      if (std::isnan(value)) continue;
      const auto place = places.emplace(text_of(row, keys), groups.size());
      if (place.second) groups.emplace_back();
      groups[place.first->second].push_back(value);
    }
    return groups;
  }

  /// Whether rows at the same time only repeat one reading.
  [[nodiscard]] bool are_copies(const RowSeries& found) const {
    std::size_t same = 0, others = 0;
    for (const auto& group : powers_at_one_time(found))
      for (std::size_t i = 1; i < group.size(); ++i) ++(group[i] == group[0] ? same : others);
    return same > 0 && others * 10 <= same;
  }

  RowSeries with(std::size_t i, RowSeries found) const {
    if (std::ranges::all_of(values_of(i), is_statistic)) {
      found.refusal = fmt::format("the rows are statistics of one reading ({}): keep those of one of them",
                                  some_values(i));
      return found;
    }
    // A finer name of the same devices, or machines, goes in the place of the coarser one.
    if (names_device(words_of(i)) && (!found.device || is_finer(i, *found.device)))
      found.device = i;
    else if (!found.device && (found.machine || has_names_of_devices(i)))
      found.device = i;
    else if (!found.machine || is_finer(i, *found.machine))
      found.machine = i;
    else
      found.refusal = fmt::format("{} and {} tell its rows apart together: join them in one column",
                                  sample_.header[*found.machine], some_values(i));
    return found;
  }

  /// Whether each value of a column has one of the other.
  [[nodiscard]] bool is_finer(std::size_t i, std::size_t than) const {
    std::map<std::string, std::set<std::string>> others;
    for (const auto& row : sample_.rows) others[row[i]].insert(row[than]);
    return std::ranges::all_of(others, [](const auto& entry) { return entry.second.size() == 1; });
  }

  /// "gpu0", "cpu", "total": what most of its values name are devices, whatever its heading says.
  [[nodiscard]] bool has_names_of_devices(std::size_t i) const {
    const auto values = values_of(i);
    const auto known = std::ranges::count_if(
        values, [](const auto& value) { return named_device(value).component.has_value(); });
    return 2 * static_cast<std::size_t>(known) > values.size();
  }

  [[nodiscard]] std::string some_values(std::size_t i) const {
    constexpr std::size_t most = 3;
    std::string text;
    std::size_t count = 0;
    for (const auto& value : values_of(i))
      if (count++ < most) text += (text.empty() ? "" : ", ") + value.substr(0, 20);
    return fmt::format("{} = {}{}", sample_.header[i], text, count > most ? " …" : "");
  }

  [[nodiscard]] std::string of_several_runs() const {
    for (std::size_t i = 0; i < meanings_.size(); ++i) {
      const bool free = meanings_[i].role == Role::ignored;
      const auto values = values_of(i);
      if (free && names_run(words_of(i)) && values.size() > 1 && values.size() * 3 <= sample_.rows.size())
        return fmt::format(
            "its rows are of several runs ({}): import those of each run as a file of its own, "
            "or add them with --columns time=…,power_w=…,device={}",
            some_values(i), sample_.header[i]);
    }
    return "";
  }

  /// Whether the rows of one series that have the same time differ, each from the next, far more than the
  /// rows of two times.
  [[nodiscard]] bool alternate_at_one_time(const RowSeries& found) const {
    const auto groups = powers_at_one_time(found);
    if (groups.size() < fewest_rows) return false;
    const auto size = groups[1].size();
    std::vector<double> within(size, 0);
    double between = 0, level = 0;
    for (std::size_t g = 1; g < groups.size(); ++g) {
      if (groups[g].size() != size || groups[g - 1].size() != size) continue;
      for (std::size_t i = 0; i < size; ++i) {
        within[i] += std::abs(groups[g][i] - groups[g][i + 1 < size ? i + 1 : 0]);
        between += std::abs(groups[g][i] - groups[g - 1][i]) / static_cast<double>(size);
        level += groups[g][i] / static_cast<double>(size);
      }
    }
    return size > 1 && std::ranges::all_of(within, [&](double difference) {
             return difference > clearly * between && difference > least_difference * level;
           });
  }

  /// Whether every second reading of a series is near the one before the last, and the ones between are not.
  [[nodiscard]] bool take_turns(const RowSeries& found) const {
    std::map<std::string, std::pair<double, double>> last;  // the last reading and the one before it
    double one = 0, two = 0, level = 0;
    std::size_t count = 0;
    if (!power_) return false;
    for (const auto& row : sample_.rows) {
      const auto value = value_in(row[*power_], meanings_[*power_]);
      if (std::isnan(value)) continue;
      auto [place, is_new] = last.emplace(text_of(row, keys_of(found)), std::pair{value, value});
      auto& [first, second] = place->second;
      if (!is_new) {
        one += std::abs(value - first);
        two += std::abs(value - second);
        level += value;
        ++count;
      }
      second = std::exchange(first, value);
    }
    constexpr std::size_t enough = 30;
    return count >= enough && two > 0 && one > clearly * two && one > least_difference * level;
  }

  const TableSample& sample_;
  const std::vector<Meaning>& meanings_;
  Columns times_;
  std::optional<std::size_t> power_;
};

}  // namespace

RowSeries find_row_series(const TableSample& sample, const std::vector<Meaning>& meanings) {
  return Search(sample, meanings).run();
}

}  // namespace joulecast::formats
