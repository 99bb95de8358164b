#include "lab/plan/table_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/printable.hpp"
#include "base/text.hpp"

namespace joulecast::lab {
namespace {

using Kind = TomlNode::Kind;

/// Levenshtein's distance, where a swap of neighbours costs one too.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      const std::size_t other = a[i - 1] == b[j - 1] ? 0 : 1;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + other});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

/// Longer words are no misspelt keys, and comparing them would take long.
constexpr std::size_t longest_word = 64;

std::optional<Watts> parse_power(std::string_view text) {
  text = trim(text);
  if (text.ends_with('W')) text = trim(text.substr(0, text.size() - 1));
  const auto watts = parse_double(text);
  return watts ? std::optional(Watts{*watts}) : std::nullopt;
}

}  // namespace

void PlanProblem::add(std::size_t line, std::string_view field, const std::string& message) {
  if (error_) return;
  error_ =
      Error{ErrorKind::malformed, printable(field.empty() ? message : fmt::format("{}: {}", field, message)),
            line > 0 ? fmt::format("{}:{}", file_, line) : file_};
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  std::string best;
  if (word.size() > longest_word) return best;
  auto least = std::max<std::size_t>(word.size() / 3, 1) + 1;
  for (const auto& candidate : candidates) {
    const bool longer = word.size() >= 3 && candidate.starts_with(word);
    const auto far = longer ? 1 : distance(to_lower(word), to_lower(candidate));
    // What shares nothing with the word was not meant.
    if (far >= least || far >= word.size() || candidate.size() > longest_word) continue;
    least = far;
    best = candidate;
  }
  return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  const auto found = nearest(word, candidates);
  return found.empty() ? "" : fmt::format("; did you mean \"{}\"?", found);
}

std::string TableReader::path_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

std::size_t TableReader::line_of(std::string_view key) const {
  for (const auto& [name, value] : table_->table)
    if (name == key) return value.line;
  return table_->line;
}

void TableReader::problem(std::string_view key, const std::string& message) {
  problem_->add(line_of(key), path_of(key), message);
}

const TomlNode* TableReader::any(std::string_view key) {
  if (std::ranges::find(asked_, key) == asked_.end()) asked_.emplace_back(key);
  for (const auto& [name, value] : table_->table)
    if (name == key) return &value;
  return nullptr;
}

const TomlNode* TableReader::typed(std::string_view key, Kind kind) {
  const auto* value = any(key);
  if (value == nullptr || value->kind == kind) return value;
  problem(key, fmt::format("must be {}, not {}", name_of(kind), name_of(value->kind)));
  return nullptr;
}

const TomlNode* TableReader::table(std::string_view key) {
  return typed(key, Kind::table);
}

const TomlNode* TableReader::list(std::string_view key) {
  const auto* list = typed(key, Kind::list);
  if (list == nullptr || !list->list.empty()) return list;
  problem(key, "is empty");
  return nullptr;
}

std::optional<std::string> TableReader::text(std::string_view key) {
  const auto* value = typed(key, Kind::text);
  if (value == nullptr) return std::nullopt;
  if (!trim(value->text).empty()) return value->text;
  problem(key, "is empty");
  return std::nullopt;
}

std::optional<std::string> TableReader::scalar(std::string_view key) {
  const auto* value = any(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_scalar() && !trim(value->text).empty()) return value->text;
  problem(key, value->is_scalar() ? "is empty"
                                  : fmt::format("must be a text or a number, not {}", name_of(value->kind)));
  return std::nullopt;
}

std::optional<bool> TableReader::boolean(std::string_view key) {
  const auto* value = typed(key, Kind::boolean);
  return value == nullptr ? std::nullopt : std::optional(value->boolean);
}

std::optional<std::int64_t> TableReader::whole(std::string_view key, std::int64_t low, std::int64_t high) {
  const auto* value = typed(key, Kind::integer);
  if (value == nullptr) return std::nullopt;
  if (value->integer >= low && value->integer <= high) return value->integer;
  problem(key, fmt::format("must be {} to {}, not {}", low, high, value->integer));
  return std::nullopt;
}

std::optional<double> TableReader::number(std::string_view key, double low, double high) {
  const auto* value = any(key);
  if (value == nullptr) return std::nullopt;
  if (value->kind != Kind::integer && value->kind != Kind::real)
    problem(key, fmt::format("must be a number, not {}", name_of(value->kind)));
  else if (value->real >= low && value->real <= high)
    return value->real;
  else
    problem(key, fmt::format("must be {} to {}, not {}", low, high, value->text));
  return std::nullopt;
}

std::optional<double> TableReader::share(std::string_view key) {
  const auto* value = any(key);
  if (value == nullptr) return std::nullopt;
  auto text = trim(value->text);
  const bool percent = text.ends_with('%');
  if (percent) text = trim(text.substr(0, text.size() - 1));
  const auto number = value->is_scalar() ? parse_double(text) : std::nullopt;
  const auto share = number ? std::optional(percent ? *number / 100 : *number) : std::nullopt;
  if (share && *share > 0 && *share <= 1) return share;
  problem(key, "must be a share above 0, such as \"5%\" or 0.05");
  return std::nullopt;
}

template <class T>
std::optional<T> TableReader::measure(std::string_view key, std::optional<T> (*parse)(std::string_view),
                                      const char* example, bool above_zero) {
  constexpr double most = 1e12;  // seconds, joules or watts: 30,000 years, or 280 GWh
  const auto* value = any(key);
  if (value == nullptr) return std::nullopt;
  const auto parsed = value->is_scalar() ? parse(value->text) : std::nullopt;
  if (!parsed)
    problem(key, fmt::format("cannot be read; write it like {}", example));
  else if (parsed->value() < 0 || (above_zero && !(parsed->value() > 0)))
    problem(key, above_zero ? "must be above 0" : "must not be below 0");
  else if (parsed->value() > most)
    problem(key, "is more than can be meant");
  else
    return parsed;
  return std::nullopt;
}

std::optional<Seconds> TableReader::duration(std::string_view key) {
  return measure<Seconds>(key, parse_duration, "\"10min\" or \"90s\"", true);
}

std::optional<Seconds> TableReader::wait(std::string_view key) {
  return measure<Seconds>(key, parse_duration, "\"10min\" or \"90s\"", false);
}

std::optional<Joules> TableReader::energy(std::string_view key) {
  return measure<Joules>(key, parse_energy, "\"2kWh\" or \"500kJ\"", true);
}

std::optional<Watts> TableReader::power(std::string_view key) {
  return measure<Watts>(key, parse_power, "\"250W\"", true);
}

std::vector<std::string> TableReader::texts(std::string_view key) {
  std::vector<std::string> result;
  const auto* items = list(key);
  if (items == nullptr) return result;
  for (const auto& item : items->list) {
    if (item.kind == Kind::text)
      result.push_back(item.text);
    else
      problem_->add(item.line, path_of(key),
                    fmt::format("must be a list of texts; {} is {}", item.text, name_of(item.kind)));
  }
  return result;
}

std::vector<std::string> TableReader::scalars(std::string_view key) {
  std::vector<std::string> result;
  const auto* items = list(key);
  if (items == nullptr) return result;
  for (const auto& item : items->list) {
    if (item.is_scalar() && !trim(item.text).empty())
      result.push_back(item.text);
    else
      problem_->add(item.line, path_of(key), "must be a list of texts and numbers, none of them empty");
  }
  return result;
}

std::map<std::string, std::string> TableReader::pairs(std::string_view key) {
  std::map<std::string, std::string> result;
  const auto* values = table(key);
  if (values == nullptr) return result;
  for (const auto& [name, value] : values->table) {
    if (value.is_scalar())
      result.emplace(name, value.text);
    else
      problem_->add(value.line, fmt::format("{}.{}", path_of(key), name),
                    fmt::format("must be a text or a number, not {}", name_of(value.kind)));
  }
  return result;
}

std::optional<std::string> TableReader::one_of(std::string_view key, const std::vector<std::string>& words) {
  const auto value = text(key);
  if (!value || std::ranges::find(words, *value) != words.end()) return value;
  problem(key, fmt::format("must be \"{}\", not \"{}\"{}", fmt::join(words, "\" or \""), *value,
                           did_you_mean(*value, words)));
  return std::nullopt;
}

void TableReader::finish() {
  problem_->note_keys(path_, asked_);
  for (const auto& [name, value] : table_->table)
    if (std::ranges::find(asked_, name) == asked_.end())
      problem_->add(value.line, path_of(name), "there is no such key" + did_you_mean(name, asked_));
}

}  // namespace joulecast::lab
