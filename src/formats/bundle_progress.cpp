#include "formats/bundle_progress.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

#include "base/csv_scanner.hpp"
#include "formats/support/decimal.hpp"

namespace joulecast::formats {
namespace {

constexpr std::string_view unnamed = "train";

struct Columns {
  std::size_t count = 0;
  std::size_t time = 0;
  std::size_t work = 0;
  std::optional<std::size_t> phase;
};

Result<Columns> columns_of(const CsvRow& header, std::string_view file) {
  const auto find = [&](std::string_view name) -> std::optional<std::size_t> {
    const auto found = std::ranges::find(header.cells, name);
    if (found == header.cells.end()) return std::nullopt;
    return static_cast<std::size_t>(found - header.cells.begin());
  };
  const auto time = find("time_s");
  const auto work = find("work");
  if (!time || !work)
    return fail(ErrorKind::malformed, place(file, header.line), "needs the columns time_s and work");
  return Columns{header.cells.size(), *time, *work, find("phase")};
}

std::optional<double> number(std::string_view cell) {
  double value = 0;
  const char* const end = cell.data() + cell.size();
  if (cell.empty() || read_number(cell.data(), end, value) != end) return std::nullopt;
  return value;
}

/// What the phases are called in progress.csv: without line ends, and each name once.
std::vector<std::string> phase_texts(const trace::Run& run) {
  std::vector<std::string> texts;
  std::set<std::string> used;
  for (const auto& phase : run.phases) {
    std::string name = phase.name.empty() ? std::string(unnamed) : phase.name;
    std::ranges::replace_if(
        name, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
    auto unique = name;
    for (int n = 2; !used.insert(unique).second; ++n) unique = fmt::format("{} {}", name, n);
    texts.push_back(std::move(unique));
  }
  return texts;
}

/// Takes the rows one after the other.
class ProgressReader {
 public:
  ProgressReader(Columns columns, trace::Run& run)
      : columns_(columns), run_(run), known_texts_(phase_texts(run)) {}

  /// Adds a row, or returns what is wrong with it.
  std::string take(const CsvRow& row) {
    if (row.fault != CsvFault::none) return "a quote is not closed";
    if (row.cells.size() != columns_.count)
      return fmt::format("{} cells under a header of {}", row.cells.size(), columns_.count);
    const auto time = number(row.cells[columns_.time]);
    const auto work = number(row.cells[columns_.work]);
    if (!time || !work || *work < 0) return "progress needs a time and an amount of work";
    const bool first = run_.progress.empty();
    if (!first && *time < run_.progress.back().time.value())
      return fmt::format("time_s falls from {} to {}", run_.progress.back().time.value(), *time);
    auto text = columns_.phase ? row.cells[*columns_.phase] : std::string_view{};
    if (text.empty()) text = unnamed;
    if (!first && text == text_ && *work < run_.progress.back().work)
      return fmt::format("work falls from {} to {}", run_.progress.back().work, *work);
    if (first || text != text_) begin_phase(text, Seconds{*time});
    run_.progress.push_back({Seconds{*time}, *work, phase_});
    if (!known(phase_)) {
      run_.phases[phase_].work = *work;
      run_.phases[phase_].span.end = Seconds{*time};
    }
    return "";
  }

 private:
  /// run.json has the phase, and more about it than its points tell.
  [[nodiscard]] bool known(std::size_t phase) const { return phase < known_texts_.size(); }

  void begin_phase(std::string_view text, Seconds time) {
    text_ = text;
    phase_ = static_cast<std::size_t>(std::ranges::find(known_texts_, text) - known_texts_.begin());
    if (known(phase_)) return;
    phase_ = run_.phases.size();
    trace::Phase phase;
    phase.name = text;
    phase.unit = run_.info.work_unit.empty() ? "epoch" : run_.info.work_unit;
    phase.span = {time, time};
    run_.phases.push_back(std::move(phase));
  }

  Columns columns_;
  trace::Run& run_;
  std::vector<std::string> known_texts_;
  std::string text_;       ///< of the phase under way
  std::size_t phase_ = 0;  ///< its place
};

}  // namespace

Status read_bundle_progress(std::string_view text, std::string_view file, trace::Run& run, Damage& damage) {
  std::optional<ProgressReader> reader;
  const bool listed = !run.phases.empty();
  CsvScanner scanner(text, csv_of_logs);
  for (CsvRow row; scanner.next(row);) {
    if (!reader) {
      const auto columns = columns_of(row, file);
      if (!columns) return propagate(columns.error());
      reader.emplace(*columns, run);
      continue;
    }
    auto reason = reader->take(row);
    if (reason.empty()) continue;
    if (auto ok = damage.at(file, row.line, std::move(reason)); !ok) return ok;
  }
  if (!reader) return fail(ErrorKind::malformed, std::string(file), "empty, not even a header");
  if (!listed && run.phases.size() == 1) run.phases.front().total_work = run.info.total_work;
  return {};
}

std::string bundle_progress_text(const trace::Run& run) {
  if (run.progress.empty()) return "";
  const auto texts = phase_texts(run);
  const bool named = texts.size() > 1 || (texts.size() == 1 && texts.front() != unnamed);
  std::string text = named ? "time_s,work,phase\n" : "time_s,work\n";
  for (const auto& point : run.progress) {
    text += fmt::format("{},{}", point.time.value(), point.work);
    if (named) text += "," + csv_cell(point.phase < texts.size() ? texts[point.phase] : std::string(unnamed));
    text += "\n";
  }
  return text;
}

}  // namespace joulecast::formats
