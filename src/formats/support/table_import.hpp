// Imports logs that are tables: a header, and a row for each device and time. An importer says what the
// columns of its program mean. Internal to the module.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/importer.hpp"
#include "formats/support/log_time.hpp"
#include "formats/support/run_feed.hpp"

namespace joulecast::formats {

using Cells = std::span<const std::string_view>;

/// What a column means.
struct Meaning {
  enum class Role {
    ignored,
    time,    ///< in any form of parse_log_time(), or seconds since the log began
    date,    ///< the day of a time in another column
    device,  ///< tells the devices apart: "0", a UUID
    node,    ///< tells the machines apart whose rows the log has
    name,    ///< of the device's model
    limit,   ///< of the device's power
    measure,
  };
  Role role = Role::ignored;
  trace::Quantity quantity = trace::Quantity::power;
  trace::Component component = trace::Component::gpu;
  trace::Behaviour behaviour = trace::Behaviour::gauge;
  /// Unit of a number without its own; "" if nothing says it.
  std::string unit;
  std::string device;        ///< where the heading names it: "1" of gpu1_power
  std::string node;          ///< where the heading names the machine: "n1" of n1.gpu0.power
  std::string rail;          ///< part of a device with a channel of its own: "cores"
  std::string contained_in;  ///< the channel that includes it
  ZeroWatts zero = ZeroWatts::missing;
  /// An energy of the time since the row before, instead of a count that rises.
  bool of_interval = false;
  int rank = 0;  ///< of several columns for the same channel, the lowest with values is taken

  static Meaning of(Role role) {
    Meaning meaning;
    meaning.role = role;
    return meaning;
  }
  static Meaning of(trace::Quantity quantity, std::string unit,
                    trace::Component component = trace::Component::gpu, int rank = 0) {
    auto meaning = of(Role::measure);
    meaning.quantity = quantity;
    meaning.unit = std::move(unit);
    meaning.component = component;
    meaning.rank = rank;
    return meaning;
  }
};

struct TableRules {
  std::string_view kind;
  /// Cells are separated by blanks; a header may begin with '#'.
  bool blanks = false;
  std::string_view separators = " \t\r";  ///< what counts as a blank
  /// Whether a row of cells is a header. Headers may be repeated, and may change.
  bool (*is_header)(Cells cells) = nullptr;
  Meaning (*meaning_of)(std::string_view heading, Cells header) = nullptr;
  /// The same for all headings at once, where what one means depends on the others; goes before meaning_of.
  std::vector<Meaning> (*meanings_of)(Cells header) = nullptr;
  /// Lines that belong to the format but hold nothing: a second line of headings. nullptr = none.
  bool (*is_noise)(Cells cells) = nullptr;
  /// Whether a row counts, nullptr = every one; rows that do not are not damage.
  bool (*takes)(Cells header, Cells row) = nullptr;
  /// The columns of a log that begins with a row; nullptr = a header is needed.
  std::vector<Meaning> (*guess)(Cells row) = nullptr;
  /// Cells of a row, where a device's name has blanks ("GPU 0"); nullptr = as they are split.
  void (*regroup)(std::vector<std::string_view>& row) = nullptr;
  /// Nobody but their author knows the headings: those that differ by a name may be several devices.
  bool own_names = false;
};

/// The time of a line that has nothing else but punctuation around it, as `date` writes it before each block
/// of a loop. In a table it holds for the rows behind it, and the rows of a block without a device column are
/// the devices in their order.
[[nodiscard]] std::optional<LogTime> time_of_block(std::string_view line);

[[nodiscard]] Status import_table(const TableRules& rules, LineReader& lines, const ImportOptions& options,
                                  trace::RunSink& sink, ImportReport& report);

/// The cells of a line under these rules.
[[nodiscard]] std::vector<std::string_view> cells_of(std::string_view line, const TableRules& rules);

/// The first line with more than blanks.
[[nodiscard]] std::string_view first_line(std::string_view head);

/// Name of the channel for a measure of a device: "gpu0_power", "cpu_cores_power", "power".
[[nodiscard]] std::string channel_name(const Meaning& meaning, std::string_view device);

/// The same with the machine that the heading names, if it names one: "n1/gpu0_power".
[[nodiscard]] std::string channel_name_in_row(const Meaning& meaning);

}  // namespace joulecast::formats
