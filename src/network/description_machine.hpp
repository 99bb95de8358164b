// What a description's statements work on; internal to the module.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "network/builder.hpp"
#include "network/description.hpp"

namespace joulecast::network {

/// The arguments of one statement, evaluated when they are requested. finish() reports arguments that were
/// never requested.
class Arguments {
 public:
  Arguments(const Statement& statement, const std::map<std::string, double>& local,
            const std::map<std::string, double>& global, const Tensor& current);

  /// The next argument without a key. Every accessor records the first error and then returns its fallback.
  std::int64_t next(std::string_view what);
  std::int64_t next_or(std::int64_t fallback);
  double next_number(std::string_view what);
  std::string next_word(std::string_view what);
  /// "3", "1x7" or an expression.
  Shape next_sides(std::string_view what);
  std::int64_t option(std::string_view key, std::int64_t fallback);
  std::optional<std::string> text_option(std::string_view key);
  Shape sides_option(std::string_view key, std::int64_t fallback);
  /// A word that stands alone: `bias`.
  bool flag(std::string_view word);

  [[nodiscard]] Result<double> number(std::string_view expression) const;
  [[nodiscard]] Status finish() const;

 private:
  std::int64_t whole(std::string_view expression, std::int64_t fallback);
  Shape sides(std::string_view text, std::int64_t fallback);
  void complain(const Error& error);

  const Statement& statement_;
  const std::map<std::string, double>& local_;
  const std::map<std::string, double>& global_;
  const Tensor& current_;
  std::set<std::size_t> used_values_;
  std::set<std::string_view> used_options_;
  std::optional<Error> error_;
};

using Operation = Result<Tensor> (*)(Builder& builder, const Tensor& current, Arguments& arguments);
/// The operation for a word of a description; nullptr if there is none.
[[nodiscard]] Operation find_operation(std::string_view word);

}  // namespace joulecast::network
