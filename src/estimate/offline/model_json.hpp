// Reads and writes the numbers of model files. They have seven significant digits, more than any measurement
// behind them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace joulecast::estimate {

[[nodiscard]] double rounded(double value);
[[nodiscard]] nlohmann::ordered_json numbers_of(std::span<const double> values);

/// Numbers as one text with blanks between them, for long tables: as JSON values they take many times as long
/// to read.
[[nodiscard]] std::string text_of(std::span<const double> values);
/// Nothing unless the text is that many finite numbers, each after a single blank but the first.
[[nodiscard]] std::optional<std::vector<double>> numbers_in(std::string_view text, std::size_t count);

/// Indented JSON; a list of plain values stays on one line.
[[nodiscard]] std::string readable_text(const nlohmann::ordered_json& json);

/// Reads the members of an object and remembers the first error, so that the caller has to check only once.
class JsonReader {
 public:
  JsonReader(const nlohmann::ordered_json& json, std::string where);
  [[nodiscard]] double number(std::string_view key);
  /// A whole number from 0 to 1e9.
  [[nodiscard]] int count(std::string_view key);
  [[nodiscard]] std::string text(std::string_view key);
  [[nodiscard]] std::vector<std::string> texts(std::string_view key);
  [[nodiscard]] std::vector<double> numbers(std::string_view key);
  /// Every row must have `columns` numbers.
  [[nodiscard]] std::vector<std::vector<double>> rows(std::string_view key, std::size_t columns);
  /// The same of rows that are texts; see text_of().
  [[nodiscard]] std::vector<std::vector<double>> text_rows(std::string_view key, std::size_t columns);
  /// The member, or null.
  [[nodiscard]] const nlohmann::ordered_json& member(std::string_view key);
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  void refuse(std::string_view key, std::string_view why);
  const nlohmann::ordered_json& json_;
  std::string where_;
  std::optional<Error> error_;
};

}  // namespace joulecast::estimate
