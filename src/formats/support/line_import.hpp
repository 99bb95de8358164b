// What the importers of logs share: reads lines into one run at a time and counts unusable lines. Internal to
// the module.
#pragma once

#include "base/text.hpp"
#include "formats/importer.hpp"
#include "formats/support/damage.hpp"
#include "formats/support/line_reader.hpp"
#include "formats/support/run_feed.hpp"

namespace joulecast::formats {

class LineImport {
 public:
  LineImport(LineReader& lines, const ImportOptions& options, trace::RunSink& sink, ImportReport& report)
      : lines_(lines), report_(report), feed_(sink, report), damage_(options.strict) {}

 protected:
  /// Passes every non-empty line, trimmed, to `take(line, number, torn)`. torn: the file ends within this
  /// line.
  template <class Take>
  Status each_line(Take take) {
    for (;;) {
      const auto block = lines_.block();
      if (!block) return propagate(block.error());
      if (block->empty()) return {};
      auto number = lines_.line();
      for (auto rest = *block; !rest.empty(); ++number) {
        const auto length = rest.find('\n');
        const auto line = trim(rest.substr(0, length));
        rest.remove_prefix(length + 1);
        const bool torn = rest.empty() && lines_.cut_off();
        if (line.empty()) continue;
        if (auto ok = take(line, number, torn); !ok) return ok;
      }
    }
  }

  /// Reports what could not be used. malformed, with `nothing_usable` as the message, if there was nothing
  /// else.
  Status tell_damage(std::string_view nothing_usable) {
    report_.skipped_lines = damage_.lines() + lines_.overlong_lines();
    report_.faults = damage_.first();
    if (!feed_.open()) return fail(ErrorKind::malformed, lines_.name(), "{}", nothing_usable);
    return {};
  }

  LineReader& lines_;
  ImportReport& report_;
  RunFeed feed_;
  Damage damage_;
  trace::Run run_;
};

}  // namespace joulecast::formats
