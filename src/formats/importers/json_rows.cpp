// JSON lines of loops of one's own: an object per line with a time and a power, or an array of such objects,
// one per line. They are read as the rows of a table whose headings are the names; what is nested has a name
// of several words ("gpus.0.power_w").
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/csv_scanner.hpp"
#include "base/json_depth.hpp"
#include "base/text.hpp"
#include "formats/support/own_names.hpp"

namespace joulecast::formats {
namespace {

using nlohmann::json;

/// The names are those of the first objects; what is new later is left out.
constexpr std::size_t rows_to_judge = 50;
constexpr std::size_t most_names = 500;

/// The object of a line, which may be one of an array.
json object_of(std::string_view line) {
  line = trim(line);
  if (line.starts_with('[')) line = trim(line.substr(1));
  while (line.ends_with(']') || line.ends_with(',')) line = trim(line.substr(0, line.size() - 1));
  if (!line.starts_with('{') || json_is_deeper(line)) return json::value_t::discarded;
  return json::parse(line, nullptr, false);
}

/// Whether a line is only an end of an array.
bool is_bracket(std::string_view line) {
  return trim(line).find_first_not_of("[], ") == std::string_view::npos;
}

/// Hands every number, text and null inside an object to `take(name, value)`.
template <class Take>
void each_value(const json& value, const std::string& name, Take& take) {
  if (value.is_structured()) {
    for (const auto& [key, inner] : value.items())
      each_value(inner, name.empty() ? key : name + "." + key, take);
  } else {
    take(name, value);
  }
}

std::vector<std::string> names_in(std::string_view head) {
  std::vector<std::string> names;
  for (std::size_t rows = 0; rows < rows_to_judge && !head.empty();) {
    const auto end = std::min(head.find('\n'), head.size() - 1);
    const auto object = object_of(head.substr(0, end + 1));
    head.remove_prefix(end + 1);
    if (!object.is_object()) continue;
    ++rows;
    auto take = [&](const std::string& name, const json&) {
      if (names.size() < most_names && std::ranges::find(names, name) == names.end()) names.push_back(name);
    };
    each_value(object, "", take);
  }
  return names;
}

std::string text_of(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_number() ? value.dump() : "";
}

/// The rows as text with commas, a line for each line.
class Rows {
 public:
  Rows(LineReader& lines, std::vector<std::string> names) : lines_(&lines), names_(std::move(names)) {
    for (const auto& name : names_) text_ += (text_.empty() ? "" : ",") + csv_cell(name);
    text_ += '\n';
  }

  Result<std::size_t> read(char* to, std::size_t size) {
    while (given_ == text_.size()) {
      const auto block = lines_->block();
      if (!block) return propagate(block.error());
      if (block->empty()) return 0;
      text_.clear();
      given_ = 0;
      for (auto rest = *block; !rest.empty();) {
        const auto end = rest.find('\n');
        append(rest.substr(0, end));
        rest.remove_prefix(end + 1);
      }
    }
    const auto count = text_.copy(to, size, given_);
    given_ += count;
    return count;
  }

 private:
  void append(std::string_view line) {
    const auto object = object_of(line);
    if (object.is_object()) {
      std::vector<std::string> cells(names_.size());
      auto take = [&](const std::string& name, const json& value) {
        const auto at = std::ranges::find(names_, name);
        if (at != names_.end()) cells[static_cast<std::size_t>(at - names_.begin())] = text_of(value);
      };
      each_value(object, "", take);
      for (std::size_t i = 0; i < cells.size(); ++i) text_ += (i == 0 ? "" : ",") + csv_cell(cells[i]);
    } else if (!is_bracket(line)) {
      text_ += "not a whole JSON object";
    }
    text_ += '\n';
  }

  LineReader* lines_;
  std::vector<std::string> names_;
  std::string text_;
  std::size_t given_ = 0;
};

using Role = Meaning::Role;

/// An energy may be a count or that of a row: only a power is taken.
std::vector<Meaning> meanings_of(Cells header) {
  auto meanings = meanings_of_own_names(header);
  for (auto& meaning : meanings)
    if (meaning.role == Role::measure && meaning.quantity == trace::Quantity::energy) meaning = {};
  return meanings;
}

constexpr TableRules rules{
    .kind = "json-lines", .is_header = is_header_of_own_names, .meanings_of = meanings_of, .own_names = true};

Match recognises_json_rows(std::string_view head, const ImportOptions& options) {
  const auto line = first_line(head);
  if (!line.starts_with('{') && !line.starts_with('[')) return Match::no;
  const auto names = names_in(head.substr(0, head.rfind('\n') + 1));
  const std::vector<std::string_view> cells(names.begin(), names.end());
  const bool told = std::ranges::any_of(
      options.columns, [](const auto& entry) { return entry.find('=') != std::string::npos; });
  if (told && !names.empty()) return Match::told;
  const bool timed = std::ranges::any_of(meanings_of(cells),
                                         [](const Meaning& meaning) { return meaning.role == Role::time; });
  return timed && is_header_of_own_names(cells) ? Match::guess : Match::no;
}

Status import_json_rows(LineReader& lines, const ImportOptions& options, trace::RunSink& sink,
                        ImportReport& report) {
  const auto head = lines.head();
  if (!head) return propagate(head.error());
  Rows rows(lines, names_in(head->substr(0, head->rfind('\n') + 1)));
  constexpr std::size_t line_of_headings = 0;  // so that rows have the numbers of their lines
  LineReader table(lines.name(), [&rows](char* to, std::size_t size) { return rows.read(to, size); });
  table.number_from(line_of_headings);
  return import_table(rules, table, options, sink, report);
}

}  // namespace

extern const Importer json_rows_importer{
    .kind = "json-lines",
    .description = "JSON lines with a time and a power, such as the log of a loop of one's own",
    .takes = "power, utilisation, memory, temperature and clock of each device; limits",
    .recognised_by = "an object per line, with names such as `timestamp`, `power_w`, `gpus.0.power_w`",
    .documented = "here: the words in the names, as for `csv`",
    .recognises = recognises_json_rows,
    .import = import_json_rows};

}  // namespace joulecast::formats
