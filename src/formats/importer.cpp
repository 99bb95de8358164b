#include "formats/importer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/csv_scanner.hpp"
#include "base/text.hpp"
#include "formats/run_bundle.hpp"
#include "formats/support/log_time.hpp"
#include "formats/support/log_units.hpp"
#include "formats/support/own_names.hpp"
#include "formats/support/table_sample.hpp"
#include "formats/support/tidy_rows.hpp"

namespace joulecast::formats {
namespace {

namespace fs = std::filesystem;

/// Shells, schedulers and programs put so many lines before a table at most.
constexpr std::size_t most_words_before = 400;
/// Enough of a file to recognise it in another dialect.
constexpr std::size_t plain_head_bytes = std::size_t{1} << 16;

/// Refuses devices, pipes and files that are too large before anything of a bundle is read.
Status check_bundle(const fs::path& directory, const ImportOptions& options) {
  const auto description = options.most_bytes.value_or(most_of_a_document);
  const auto table = options.most_bytes.value_or(most_of_a_table);
  if (auto ok = check_input(directory / "run.json", description); !ok) return ok;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error))
    if (entry.path().extension() == ".csv")
      if (auto ok = check_input(entry.path(), table); !ok) return ok;
  return {};
}

Result<trace::Run> read_bundle(const fs::path& directory, const ImportOptions& options,
                               ImportReport& report) {
  if (auto ok = check_bundle(directory, options); !ok) return propagate(ok.error());
  Damage damage(options.strict);
  BundleNotes notes;
  auto run = read_run_bundle(directory, damage, notes);
  if (!run) return propagate(run.error());
  report.left.insert(report.left.end(), notes.left.begin(), notes.left.end());
  report.skipped_lines += damage.lines();
  report.doubted_values += damage.doubts();
  report.faults.insert(report.faults.end(), damage.first().begin(), damage.first().end());
  auto& summary = report.runs.emplace_back();
  summary.id = run->info.id;
  summary.samples = notes.rows;
  for (const auto& trace : run->traces) {
    summary.readings += trace.size();
    Seconds gaps{0};
    for (const auto& gap : trace.gaps) gaps += gap.length();
    const auto quantity = trace.channel.quantity;
    if (quantity == trace::Quantity::power || quantity == trace::Quantity::energy)
      summary.gaps = std::max(summary.gaps, gaps);
    if (std::ranges::find(report.taken, trace.channel.name) == report.taken.end())
      report.taken.push_back(trace.channel.name);
  }
  return run;
}

Status import_bundle(const fs::path& directory, const ImportOptions& options, trace::RunSink& sink,
                     ImportReport& report) {
  const auto run = read_bundle(directory, options, report);
  if (!run) return propagate(run.error());
  return trace::replay(*run, sink);
}

/// A broken bundle does not keep the others out. Fails if there is none, all are broken, or the sink fails.
Result<ImportReport> import_bundles(const fs::path& root, const ImportOptions& options,
                                    trace::RunSink& sink) {
  ImportReport report;
  report.kind = "bundle";
  const auto bundles = find_run_bundles(root);
  if (bundles.empty())
    return fail(ErrorKind::malformed, root.string(), "a directory without a run.json in it or below it");
  for (const auto& bundle : bundles) {
    const auto run = read_bundle(bundle, options, report);
    if (!run) {
      report.broken.push_back(run.error());
    } else if (auto ok = trace::replay(*run, sink); !ok) {
      return propagate(ok.error());
    }
  }
  if (report.runs.empty() && report.broken.size() == 1) return propagate(report.broken.front());
  return report;
}

/// Who recognises a file, from which of its lines on, and how its cells are written.
struct Recognition {
  const Importer* importer = nullptr;
  Match match = Match::no;
  Dialect dialect;
  std::size_t lines_before = 0;
};

void recognise(std::string_view head, const Dialect& dialect, const ImportOptions& options,
               Recognition& best) {
  for (const auto* importer : all_importers()) {
    const auto match = importer->recognises(head, options);
    if (match <= best.match) continue;
    best.importer = importer;
    best.match = match;
    best.dialect = dialect;
  }
}

/// Beginning of a file in another dialect, as whole lines.
std::string beginning_of(std::string_view head, const Dialect& dialect) {
  return in_plain_form(head.substr(0, head.rfind('\n', plain_head_bytes) + 1), dialect);
}

Recognition recognise_from(std::string_view head, LinePrefix prefix, const ImportOptions& options) {
  Recognition best;
  auto dialect = dialect_of(head, prefix);
  if (options.comma != CommaIn::not_known) dialect.comma = options.comma;
  Dialect as_written;
  as_written.comma = dialect.comma == CommaIn::thousands ? dialect.comma : CommaIn::not_known;
  as_written.comma_in_seconds = dialect.comma_in_seconds;
  as_written.prefix = prefix;
  const bool is_json = trim(head.substr(0, head.find('\n'))).starts_with('{');  // has no cells
  const bool differs = dialect.of_cells() && !is_json;
  // The user's columns are those of the table as it is: "10;5,5" has two. Read without its dialect, a decimal
  // comma would be one between thousands.
  if (differs && (!options.columns.empty() || dialect.comma == CommaIn::decimals))
    recognise(beginning_of(head, dialect), dialect, options, best);
  if (as_written.plain())
    recognise(head, as_written, options, best);
  else
    recognise(beginning_of(head, as_written), as_written, options, best);
  if (differs) recognise(beginning_of(head, dialect), dialect, options, best);
  return best;
}

/// Without what was put before each line; but a moment there may be the only time that the log has.
Recognition recognise_behind_prefix(std::string_view head, const ImportOptions& options) {
  const auto prefix = prefix_of_lines(head);
  if (prefix == LinePrefix::none) return {};
  if (prefix == LinePrefix::moment) {
    const auto whole = recognise_from(head, LinePrefix::none, options);
    if (whole.match > Match::guess && whole.importer->kind != "csv") return {};
  }
  return recognise_from(head, prefix, options);
}

Recognition recognise_file(std::string_view head, const ImportOptions& options) {
  for (std::size_t before = 0; before <= most_words_before && !head.empty(); ++before) {
    if (!trim(head.substr(0, head.find('\n'))).empty()) {
      auto found = recognise_behind_prefix(head, options);
      if (found.importer == nullptr) found = recognise_from(head, LinePrefix::none, options);
      found.lines_before = before;
      if (found.importer != nullptr) return found;
    }
    head.remove_prefix(std::min(head.find('\n'), head.size() - 1) + 1);
  }
  return {};
}

/// What --columns would say of a table whose headings are not known: a time and a power where its cells and
/// words tell them, and never a column of another quantity.
std::string advised_columns(std::string_view head, char separator) {
  Dialect dialect;
  dialect.separator = separator;
  const auto sample = sample_of_table(separator == ',' ? std::string(head) : in_plain_form(head, dialect));
  const auto headings = sample.headings();
  const auto meanings = meanings_of_own_names(headings);
  const bool numbered =
      std::ranges::any_of(headings, [](auto heading) { return parse_cell(heading).has_value(); });
  std::string time, power;
  std::vector<std::string> numbers;
  for (std::size_t i = 0; i < headings.size() && !sample.rows.empty(); ++i) {
    constexpr std::size_t longest = 30;
    const bool by_place = numbered || headings[i].size() > longest || trim(headings[i]).empty();
    const auto name = by_place ? fmt::format("{}", i + 1) : std::string(headings[i]);
    const auto moment = parse_log_time(sample.rows.front()[i]);
    const auto value = parse_cell(sample.rows.front()[i]);
    if (!numbered && headings[i].find_first_of(":=?") != std::string_view::npos) continue;  // of a sentence
    const bool is_time = moment && moment->kind != LogTime::Kind::elapsed;
    if (time.empty() && (is_time || meanings[i].role == Meaning::Role::time))
      time = name;
    else if (value && !value->unit.empty() && log_unit_factor(trace::Quantity::power, value->unit) &&
             power.empty())
      power = name;
    else if (parse_double(trim(sample.rows.front()[i])) && meanings[i].role == Meaning::Role::ignored)
      numbers.push_back(name);
  }
  if (time.empty() && numbers.size() == 2) {
    time = numbers.front();
    numbers.erase(numbers.begin());
  }
  if (power.empty() && numbers.size() == 1) power = numbers.front();
  if (time.empty()) time = "…";
  if (power.empty()) power = "…";
  return fmt::format("--columns time={},power_w={}", time, power);
}

Failure not_recognised(const std::string& name, std::string_view head) {
  if (head.find('\0') != std::string_view::npos)
    return fail(ErrorKind::malformed, name, "not a file that can be imported: it is not text");
  if (mixes_labels(head))
    return fail(ErrorKind::malformed, name,
                "lines of several tasks or services in one file: import those of each as a file of its own, "
                "as in grep '^0: ' FILE | joulecast import -");
  CsvRow row;
  CsvStyle style = csv_of_logs;
  style.separator = guess_csv_separator(head);
  const auto line = trim(head.substr(0, head.find('\n')));
  const bool table = CsvScanner(head, style).next(row) && row.cells.size() > 1 && !line.starts_with('{');
  if (table)
    return fail(
        ErrorKind::malformed, place(name, 1),
        "not a file that can be imported: none of its {} columns is known to be a power; {} would say "
        "which are",
        row.cells.size(), advised_columns(head, style.separator));
  const bool numbers = line.find(' ') != std::string_view::npos && parse_cell(line);
  const bool dated = numbers && parse_log_time(fmt::format("{} 00:00:00", line.substr(0, line.find(' '))));
  return fail(ErrorKind::malformed, place(name, 1),
              "not a file that can be imported{} (docs/logs.md lists the kinds)",
              dated
                  ? ": if it has a date, a time and watts between blanks, --columns date=1,time=2,power_w=3 "
                    "says so"
              : numbers ? ": if it has a time and watts between blanks, --columns time=1,power_w=2 says so"
                        : "");
}

/// Puts the rows in order, unless there are too many to hold them.
Status tidy(LineReader& lines, const ImportOptions& options, ImportReport& report) {
  constexpr std::size_t most = 32'000'000;
  auto text = lines.rest(most);
  if (!text) return propagate(text.error());
  if (!*text) return {};
  std::string_view time_heading;
  for (const auto& entry : options.columns)
    if (const auto equals = entry.find('=');
        equals != std::string::npos && trim(entry.substr(0, equals)) == "time")
      time_heading = trim(std::string_view(entry).substr(equals + 1));
  auto tidied = tidy_rows(**text, time_heading);
  if (!tidied) return {};
  for (auto& note : tidied->notes) {
    report.left.push_back(note);
    lines.add_note(std::move(note));
  }
  lines.replace_rest(std::move(tidied->text), std::move(tidied->lines));
  return {};
}

}  // namespace

std::string content_mark(std::string_view head, std::optional<std::uint64_t> size) {
  std::uint64_t hash = 14695981039346656037U;
  const auto add = [&](std::string_view bytes) {
    for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211U;
  };
  add(head);
  if (size) add(fmt::format("{}", *size));
  return fmt::format("{:016x}", hash);
}

Result<ImportReport> import_lines(LineReader lines, const ImportOptions& options, trace::RunSink& sink) {
  const auto head = lines.head();
  if (!head) return propagate(head.error());
  if (head->empty()) return fail(ErrorKind::malformed, lines.name(), "the file is empty");
  const auto found = recognise_file(*head, options);
  if (found.importer == nullptr) return not_recognised(lines.name(), *head);
  const std::string beginning(found.lines_before != 0 ? *head : std::string_view{});
  ImportReport report;
  report.kind = found.importer->kind;
  report.content = content_mark(*head, lines.size());
  if (found.lines_before != 0) {
    const auto words = head->substr(0, head->find('\n'));
    if (!trim(words).empty())
      report.left.push_back(
          fmt::format("{} lines before the log: \"{}\"", found.lines_before, trim(words).substr(0, 40)));
    lines.skip(found.lines_before);
  }
  lines.set_dialect(found.dialect);
  if (found.importer->row_has_time)
    if (auto ok = tidy(lines, options, report); !ok) return propagate(ok.error());
  auto decided = options;
  decided.comma = found.dialect.comma;
  auto ok = found.importer->import(lines, decided, sink, report);
  if (ok) return report;
  // A sentence in the middle of a text was taken for a table's header.
  const bool is_prose = found.lines_before != 0 && found.match == Match::guess && report.runs.empty() &&
                        ok.error().kind == ErrorKind::malformed;
  return is_prose ? not_recognised(lines.name(), beginning) : propagate(ok.error());
}

Result<ImportReport> import_path(const fs::path& path, const ImportOptions& options, trace::RunSink& sink) {
  std::error_code error;
  if (fs::is_directory(path, error)) return import_bundles(path, options, sink);
  if (path.filename() == "run.json") {
    const auto directory = path.has_parent_path() ? path.parent_path() : fs::path(".");
    ImportReport report;
    report.kind = "bundle";
    if (auto ok = import_bundle(directory, options, sink, report); !ok) return propagate(ok.error());
    return report;
  }
  auto lines = LineReader::open(path, options.most_bytes.value_or(options.most_log_bytes));
  if (!lines) return propagate(lines.error());
  return import_lines(std::move(*lines), options, sink);
}

}  // namespace joulecast::formats
