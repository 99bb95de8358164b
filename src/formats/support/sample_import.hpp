// What the importers of logs share whose rows are readings of one or more devices: places rows in time, makes
// their channels, and leaves out what cannot be. Internal to the module.
#pragma once

#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/support/column_rhythm.hpp"
#include "formats/support/line_import.hpp"
#include "formats/support/log_clock.hpp"
#include "formats/support/log_time.hpp"

namespace joulecast::formats {

class SampleImport : public LineImport {
 public:
  virtual ~SampleImport() = default;

  /// In place of a value: the cell is empty. It is a missing reading only if its column had one due.
  static constexpr double empty_cell = -std::numeric_limits<double>::infinity();

 protected:
  /// A channel that rows of a device have a value for.
  struct Measure {
    trace::Channel channel;
    std::string from;  ///< what the file calls it
    ZeroWatts zero = ZeroWatts::missing;
  };

  SampleImport(std::string_view kind, LineReader& lines, const ImportOptions& options, trace::RunSink& sink,
               ImportReport& report)
      : LineImport(lines, options, sink, report), options_(options), kind_(kind) {}

  /// A value with its channel, for logs whose rows name what they hold.
  struct NamedValue {
    Measure measure;
    double value;
  };

  /// The channels of a device, in the order of the values in its rows. `number` counts devices from 0 in the
  /// order of their first rows.
  [[nodiscard]] virtual std::vector<Measure> measures_of(std::string_view /*device*/,
                                                         std::size_t /*number*/) {
    return named_measures_;
  }
  /// Describes the run before its first reading.
  virtual void describe(trace::Run& /*run*/) {}

  /// Values in base units, NaN = none or empty_cell, as many as the device has measures. malformed if the log
  /// lacks a date, or times altogether, and the options do not supply them.
  [[nodiscard]] Status take_row(const LogTime& time, std::string_view device, std::span<const double> values,
                                std::size_t line);
  /// The same for values that may differ from row to row.
  [[nodiscard]] Status take_named(const LogTime& time, std::string_view device,
                                  const std::vector<NamedValue>& values, std::size_t line);
  /// The rows to come may have other values: their measures are asked for again.
  void change_measures();
  /// The numbers of a device's channels; empty before its first row.
  [[nodiscard]] std::span<const std::size_t> channels_of(std::string_view device) const;
  /// Second of the run at which a moment of the log lies; 0 before the first row.
  [[nodiscard]] double seconds_of(std::int64_t us) const { return static_cast<double>(us - zero_us_) / 1e6; }

  Status fault(std::size_t line, std::string reason);
  Status finish();

  const ImportOptions& options_;

 private:
  struct Device {
    std::string key;
    std::vector<std::size_t> channels;
    bool asked = false;  ///< for its measures
    bool seen = false;
    std::int64_t first_us = 0;
    std::int64_t last_us = 0;
    std::size_t tick = 0;
    RhythmWatch rhythm;
    std::vector<std::string> names;  ///< of the channels of take_named()
  };

  /// Gaps for silences among a device's first readings.
  Status tell_early_silences(Device& device, bool at_end);
  /// Gaps for blanks that were no column's own rhythm.
  Status tell_missed_cells(std::size_t channel, bool at_end);
  /// One row's value or empty cell.
  Status take_value(std::size_t channel, double time, double value, std::size_t line);
  Device* device_of(std::string_view key);
  Status open(std::int64_t us, const LogTime& time);
  Status ask_for_measures(Device& device, std::size_t number);
  /// When a row was taken, on the log's own scale.
  Result<std::int64_t> moment_of(const LogTime& time, Device& device, std::size_t line);

  std::string_view kind_;
  std::vector<Measure> named_measures_;
  LogClock clock_;
  std::vector<Device> devices_;
  std::size_t turn_ = 0;
  std::map<std::string, std::size_t> channel_numbers_;
  std::vector<ColumnRhythm> rhythms_;  ///< by channel
  std::int64_t zero_us_ = 0;
  std::int64_t last_of_day_us_ = 0;
  std::int64_t days_us_ = 0;
  std::size_t tick_ = 0;
};

}  // namespace joulecast::formats
