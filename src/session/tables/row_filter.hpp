// Selects rows of a table, for example by "gpu=RTX 3090,RTX 3070".
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "session/tables/run_table.hpp"

namespace joulecast::session {

/// Each text is "column=value[,value…]". A row passes if each named column has one of its values, ignoring
/// case. A value that equals no cell is searched for as a part of cells ("3090"). invalid for an unknown
/// column, or a text without '=' or value.
class RowFilter {
 public:
  [[nodiscard]] static Result<RowFilter> make(const RunTable& table, const std::vector<std::string>& texts);
  [[nodiscard]] bool passes(const RunTable& table, std::size_t row) const;

 private:
  struct Value {
    std::string text;    ///< lower case
    bool whole = false;  ///< some cell equals it, so it is not searched for in parts of cells
  };
  struct Column {
    std::size_t position = 0;
    std::vector<Value> values;
  };
  std::vector<Column> columns_;
};

}  // namespace joulecast::session
