// Whether a comma in the numbers of a table stands before decimals or between thousands.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

namespace joulecast::formats {

/// Whether a comma in it may mean either: "45,123", "1,200 W". Not "0,123", "45,12" or "1,200.5".
[[nodiscard]] bool has_ambiguous_comma(std::string_view cell);

/// Whether it has a comma before decimals, if it is one number: "5,0e-06 W", "45,123".
[[nodiscard]] bool has_decimal_comma(std::string_view cell);

/// "200.000,5" and "1 200,5" without what stands between thousands, where a comma stands before decimals.
[[nodiscard]] std::string without_grouping(std::string_view cell);

/// Collects what the cells of a table say, since one alone may say nothing.
class CommaWitness {
 public:
  enum class Says {
    nothing,  ///< no number has a comma, or each may mean either
    decimals,
    thousands,
  };
  void see(std::size_t column, std::string_view cell);
  [[nodiscard]] Says says() const;

 private:
  bool decimals_ = false;
  bool thousands_ = false;
  std::set<std::size_t> ambiguous_;  ///< columns with numbers that may mean either
  std::set<std::size_t> without_;    ///< columns with numbers that have no comma
};

}  // namespace joulecast::formats
