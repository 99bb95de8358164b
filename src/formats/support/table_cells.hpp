// The numbers in the cells of a table, in base units. Internal to the module.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

#include "formats/support/table_columns.hpp"

namespace joulecast::formats {

class TableCells {
 public:
  explicit TableCells(const TableColumns& columns) : columns_(columns) {}

  /// NaN = the cell says that there is no value; SampleImport::empty_cell = it is empty. The error is the
  /// reason why the cell cannot be used, with the option that helps.
  [[nodiscard]] tl::expected<double, std::string> value_of(std::size_t column, std::string_view cell,
                                                           CommaIn comma);

 private:
  [[nodiscard]] bool may_mean_either(std::size_t column, std::string_view cell, CommaIn comma);
  [[nodiscard]] std::string why_unusable(std::size_t column, std::string_view cell,
                                         std::string_view unit) const;
  [[nodiscard]] std::string no_unit_of_power(std::size_t column, double number) const;

  const TableColumns& columns_;
  std::set<std::size_t> has_plain_number_;  ///< columns in which a number has no comma that may mean either
};

}  // namespace joulecast::formats
