// What the importers of logs share: reads lines into one run at a time and counts unusable lines. Internal to
// the module.
#pragma once

#include <limits>
#include <utility>

#include "base/text.hpp"
#include "formats/importer.hpp"
#include "formats/support/damage.hpp"
#include "formats/support/line_reader.hpp"
#include "formats/support/run_feed.hpp"

namespace joulecast::formats {

class LineImport {
 public:
  LineImport(LineReader& lines, const ImportOptions& options, trace::RunSink& sink, ImportReport& report)
      : lines_(lines), report_(report), feed_(sink, report), damage_(options.strict) {
    damage_.number_as(lines_);
  }

 protected:
  /// Passes every non-empty line, trimmed, to `take(line, number, torn)`. torn: the file ends within this
  /// line.
  template <class Take>
  Status each_line(Take take) {
    return each_whole_line([&](std::string_view line, std::size_t number, bool torn) {
      line = trim(line);
      return line.empty() ? Status{} : take(line, number, torn);
    });
  }

  /// The same with the blanks of each line, and with empty lines.
  template <class Take>
  Status each_whole_line(Take take) {
    for (;;) {
      const auto block = lines_.block();
      if (!block) return propagate(block.error());
      if (block->empty()) return {};
      auto number = lines_.line();
      for (auto rest = *block; !rest.empty(); ++number) {
        const auto length = rest.find('\n');
        const auto line = rest.substr(0, length);
        rest.remove_prefix(length + 1);
        const bool torn = rest.empty() && lines_.cut_off();
        if (auto ok = take(line, number, torn); !ok) return ok;
      }
    }
  }

  /// The value, or NaN with the reason told if no measurement gives it.
  Result<double> believed(std::size_t channel, double value, std::size_t line) {
    if (!feed_.is_doubtful(channel, value)) [[likely]]
      return value;
    if (auto ok = damage_.doubt(lines_.name(), line, feed_.doubt(channel, value)); !ok)
      return propagate(ok.error());
    return std::numeric_limits<double>::quiet_NaN();
  }

  /// Reports what could not be used. malformed, with `nothing_usable` as the message, if there was nothing
  /// else.
  Status tell_damage(std::string_view nothing_usable) {
    auto spikes = feed_.settle_spikes();
    if (!spikes) return propagate(spikes.error());
    for (auto& spike : *spikes)
      if (auto ok = damage_.doubt(lines_.name(), 0, std::move(spike)); !ok) return ok;
    report_.skipped_lines = damage_.lines() + lines_.overlong_lines();
    report_.doubted_values = damage_.doubts();
    report_.faults = damage_.first();
    if (!feed_.open()) return fail(ErrorKind::malformed, lines_.name(), "{}", nothing_usable);
    return {};
  }

  void note(const std::vector<std::string>& notes) {
    run_.notes.insert(run_.notes.end(), notes.begin(), notes.end());
  }

  LineReader& lines_;
  ImportReport& report_;
  RunFeed feed_;
  Damage damage_;
  trace::Run run_;
};

}  // namespace joulecast::formats
