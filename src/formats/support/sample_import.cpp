#include "formats/support/sample_import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "formats/support/civil_time.hpp"

namespace joulecast::formats {
namespace {

constexpr std::int64_t day_us = 86'400'000'000;
/// Limits what a damaged column can create.
constexpr std::size_t most_devices = 256;
constexpr std::size_t most_channels = 4096;
/// Years 1970 to 2200, as parse_civil_us() has them; keeps sums of times within range.
constexpr std::int64_t latest_us = 7'300'000'000'000'000;

}  // namespace

SampleImport::Device* SampleImport::device_of(std::string_view key) {
  // Devices take turns, so the row almost always belongs to the one after the previous one.
  for (std::size_t tried = 0; tried < devices_.size(); ++tried) {
    turn_ = turn_ + 1 < devices_.size() ? turn_ + 1 : 0;
    if (devices_[turn_].key == key) return &devices_[turn_];
  }
  if (devices_.size() >= most_devices) return nullptr;
  devices_.emplace_back().key = key;
  turn_ = devices_.size() - 1;
  return &devices_.back();
}

std::span<const std::size_t> SampleImport::channels_of(std::string_view device) const {
  const auto found = std::ranges::find(devices_, device, &Device::key);
  return found == devices_.end() ? std::span<const std::size_t>{} : found->channels;
}

void SampleImport::change_measures() {
  for (auto& device : devices_) device.asked = false;
}

Result<std::int64_t> SampleImport::moment_of(const LogTime& time, Device& device, std::size_t line) {
  const auto lacks = [&](std::string_view what) {
    return fail(ErrorKind::malformed, place(lines_.name(), line), "{}", what);
  };
  if (time.kind == LogTime::Kind::moment) return time.us;
  const bool placed = options_.start.has_value();
  const auto start_us = placed ? options_.start->ns / 1000 : 0;
  switch (time.kind) {
    case LogTime::Kind::of_day: {
      if (!placed) return lacks("times of day without a date: --start 2026-11-05 says the day");
      if (time.us < last_of_day_us_ - day_us / 2) days_us_ += day_us;
      last_of_day_us_ = time.us;
      return start_us - start_us % day_us + days_us_ + time.us;
    }
    case LogTime::Kind::elapsed:
      if (!placed)
        return lacks(
            "times since the log began, without a date: --start 2026-11-05T10:00:00 says when that was");
      return start_us + time.us;
    default:
      break;
  }
  if (!placed || !options_.period)
    return lacks(
        "no times in this log: --start 2026-11-05T10:00:00 says when it began, and --period 1s how far its "
        "rows "
        "are apart");
  if (device.seen && device.tick == tick_) ++tick_;
  device.tick = tick_;
  return start_us + std::llround(static_cast<double>(tick_) * options_.period->value() * 1e6);
}

Status SampleImport::take_row(const LogTime& time, std::string_view key, std::span<const double> values,
                              std::size_t line) {
  auto* device = device_of(key);
  if (device == nullptr) return fault(line, "more devices than any machine has");
  const auto raw_us = moment_of(time, *device, line);
  if (!raw_us) return propagate(raw_us.error());
  if (std::abs(*raw_us) > latest_us) return fault(line, "a time outside of all calendars");
  if (!feed_.open())
    if (auto ok = open(*raw_us, time); !ok) return ok;
  if (!device->asked)
    if (auto ok = ask_for_measures(*device, turn_); !ok) return ok;
  if (values.size() != device->channels.size()) return fault(line, "another number of values than before");
  const auto last_us = device->seen ? device->last_us : *raw_us + clock_.offset_us();
  const auto moment = clock_.resolve(*raw_us, last_us, device->rhythm);
  if (moment.disorder) return {};
  if (device->seen && (device->rhythm.is_silence(moment.us - last_us) || moment.after_jump))
    for (const auto channel : device->channels) feed_.interrupt(channel);
  if (!device->seen) device->first_us = moment.us;
  device->seen = true;
  device->last_us = moment.us;
  feed_.count_samples(1);
  for (std::size_t i = 0; i < values.size(); ++i)
    if (auto ok = take_value(device->channels[i], seconds_of(moment.us), values[i], line); !ok) return ok;
  return tell_early_silences(*device, false);
}

Status SampleImport::take_value(std::size_t channel, double time, double value, std::size_t line) {
  auto& rhythm = rhythms_[channel];
  if (value == empty_cell) {
    if (!rhythm.blank(time)) return {};
    return feed_.push(channel, time, std::numeric_limits<double>::quiet_NaN());
  }
  const auto reading = believed(channel, value, line);
  if (!reading) return propagate(reading.error());
  std::isnan(*reading) ? rhythm.failed() : rhythm.reading(time);
  if (auto ok = feed_.push(channel, time, *reading); !ok) return ok;
  return tell_missed_cells(channel, false);
}

Status SampleImport::tell_missed_cells(std::size_t channel, bool at_end) {
  auto& rhythm = rhythms_[channel];
  for (const auto& span : rhythm.missed(at_end))
    if (auto ok = feed_.silence(channel, span.begin.value(), span.end.value()); !ok) return ok;
  if (!at_end || !rhythm.ends_early()) return {};
  return feed_.push(channel, rhythm.last_blank(), std::numeric_limits<double>::quiet_NaN());
}

Status SampleImport::tell_early_silences(Device& device, bool at_end) {
  for (const auto& [begin, end] : device.rhythm.early_silences(at_end))
    for (const auto channel : device.channels)
      if (auto ok =
              feed_.silence(channel, seconds_of(device.first_us + begin), seconds_of(device.first_us + end));
          !ok)
        return ok;
  return {};
}

Status SampleImport::take_named(const LogTime& time, std::string_view key,
                                const std::vector<NamedValue>& values, std::size_t line) {
  auto* device = device_of(key);
  if (device == nullptr) return fault(line, "more devices than any machine has");
  const bool same = std::ranges::equal(
      device->names, values, {}, {},
      [](const NamedValue& value) -> const auto& { return value.measure.channel.name; });
  if (!same) {
    device->asked = false;
    device->names.clear();
    named_measures_.clear();
    for (const auto& value : values) {
      device->names.push_back(value.measure.channel.name);
      named_measures_.push_back(value.measure);
    }
  }
  std::vector<double> numbers;
  for (const auto& value : values) numbers.push_back(value.value);
  return take_row(time, key, numbers, line);
}

Status SampleImport::open(std::int64_t us, const LogTime& time) {
  zero_us_ = us;
  auto stem = std::filesystem::path(lines_.name()).stem().string();
  if (stem.empty()) stem = kind_;
  run_.info.id = fmt::format("{}-{}", stem, compact_civil(us).text);
  run_.info.name = stem;
  run_.info.source = kind_;
  run_.info.epoch_bounds_recorded = false;
  run_.started = WallTime{us * 1000};
  if (time.kind != LogTime::Kind::moment)
    run_.notes.emplace_back("the log has no dates; its beginning was given at the import");
  else if (!time.zoned)
    run_.notes.emplace_back("the times are local ones of a zone that the log does not name");
  describe(run_);
  return feed_.begin(run_);
}

Status SampleImport::ask_for_measures(Device& device, std::size_t number) {
  device.asked = true;
  device.channels.clear();
  for (auto& measure : measures_of(device.key, number)) {
    auto found = channel_numbers_.find(measure.channel.name);
    if (found == channel_numbers_.end()) {
      if (channel_numbers_.size() >= most_channels)
        return fail(ErrorKind::malformed, lines_.name(), "more columns than any log has");
      measure.channel.sensor = kind_;
      const auto made = feed_.channel(measure.channel, measure.zero);
      if (!made) return propagate(made.error());
      if (rhythms_.size() <= *made) rhythms_.resize(*made + 1);
      found = channel_numbers_.emplace(measure.channel.name, *made).first;
      report_.taken.push_back(fmt::format("{} from {}", measure.channel.name, measure.from));
    }
    device.channels.push_back(found->second);
  }
  return {};
}

Status SampleImport::fault(std::size_t line, std::string reason) {
  if (auto ok = damage_.at(lines_.name(), line, std::move(reason)); !ok) return ok;
  feed_.interrupt_all();
  return {};
}

Status SampleImport::finish() {
  const auto& faults = damage_.first();
  if (auto usable = tell_damage(faults.empty() ? "no readings in it" : "no line that can be used"); !usable)
    return faults.empty()
               ? usable
               : fail(ErrorKind::malformed, lines_.name(), "no line that can be used; the first: {}",
                      faults.front().substr(std::min(faults.front().size(), lines_.name().size() + 1)));
  for (auto& device : devices_)
    if (auto ok = tell_early_silences(device, true); !ok) return ok;
  for (std::size_t channel = 0; channel < rhythms_.size(); ++channel)
    if (auto ok = tell_missed_cells(channel, true); !ok) return ok;
  note(lines_.notes());
  note(clock_.notes());
  note(feed_.doubts());
  if (report_.skipped_lines != 0)
    run_.notes.push_back(fmt::format("{} lines of the log could not be used", report_.skipped_lines));
  return feed_.end(std::move(run_));
}

}  // namespace joulecast::formats
