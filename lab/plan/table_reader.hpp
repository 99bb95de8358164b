// Reads the keys of a plan's table, and remembers the first thing that is wrong. Whatever was not asked for
// is an unknown key.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.hpp"
#include "lab/plan/toml_tree.hpp"

namespace joulecast::lab {

/// The first problem of a file.
class PlanProblem {
 public:
  explicit PlanProblem(std::string file) : file_(std::move(file)) {}

  /// Keeps the first one only. `field` is a path: "warm_up.duration".
  void add(std::size_t line, std::string_view field, const std::string& message);
  [[nodiscard]] bool found() const { return error_.has_value(); }
  /// The keys that a table may have, told when it was read. For the schema's test.
  void note_keys(const std::string& path, const std::vector<std::string>& keys) { keys_[path] = keys; }
  [[nodiscard]] const std::map<std::string, std::vector<std::string>>& keys() const { return keys_; }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  std::string file_;
  std::optional<Error> error_;
  std::map<std::string, std::vector<std::string>> keys_;
};

/// The candidate that the word was probably meant to be; "" if none is near.
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string>& candidates);
/// "; did you mean \"x\"?" or "".
[[nodiscard]] std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

/// Nothing where the key is absent or its value is wrong. Call finish() when all keys were asked for.
class TableReader {
 public:
  /// `path`: what leads to the table, "warm_up"; "" for the whole file. Both must outlive this object.
  TableReader(PlanProblem& problem, const TomlNode& table, std::string path)
      : problem_(&problem), table_(&table), path_(std::move(path)) {}

  /// The value as it is.
  [[nodiscard]] const TomlNode* any(std::string_view key);
  [[nodiscard]] const TomlNode* table(std::string_view key);
  /// A list of at least one item.
  [[nodiscard]] const TomlNode* list(std::string_view key);
  [[nodiscard]] std::optional<std::string> text(std::string_view key);  ///< not empty
  /// A text, number or boolean, in its shortest form.
  [[nodiscard]] std::optional<std::string> scalar(std::string_view key);
  [[nodiscard]] std::optional<bool> boolean(std::string_view key);
  [[nodiscard]] std::optional<std::int64_t> whole(std::string_view key, std::int64_t low, std::int64_t high);
  [[nodiscard]] std::optional<double> number(std::string_view key, double low, double high);
  [[nodiscard]] std::optional<double> share(std::string_view key);       ///< "5%" or 0.05; above 0, at most 1
  [[nodiscard]] std::optional<Seconds> duration(std::string_view key);   ///< "10min" or seconds; above 0
  [[nodiscard]] std::optional<Seconds> wait(std::string_view key);       ///< the same, but may be 0
  [[nodiscard]] std::optional<Joules> energy(std::string_view key);      ///< "2kWh"; above 0
  [[nodiscard]] std::optional<Watts> power(std::string_view key);        ///< "250W" or watts; above 0
  [[nodiscard]] std::vector<std::string> texts(std::string_view key);    ///< a list of texts
  [[nodiscard]] std::vector<std::string> scalars(std::string_view key);  ///< a list of texts and numbers
  [[nodiscard]] std::map<std::string, std::string> pairs(std::string_view key);  ///< a table of scalars

  /// One of the given words.
  [[nodiscard]] std::optional<std::string> one_of(std::string_view key,
                                                  const std::vector<std::string>& words);
  /// Tells of keys that nobody has asked for.
  void finish();

  void problem(std::string_view key, const std::string& message);
  [[nodiscard]] std::size_t line_of(std::string_view key) const;
  [[nodiscard]] std::string path_of(std::string_view key) const;

 private:
  [[nodiscard]] const TomlNode* typed(std::string_view key, TomlNode::Kind kind);
  template <class T>
  std::optional<T> measure(std::string_view key, std::optional<T> (*parse)(std::string_view),
                           const char* example, bool above_zero);

  PlanProblem* problem_;
  const TomlNode* table_;
  std::string path_;
  std::vector<std::string> asked_;
};

}  // namespace joulecast::lab
