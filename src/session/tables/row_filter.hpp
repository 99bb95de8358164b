// "gpu=RTX 3090,RTX 3070": which rows of a table may be used.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "session/tables/run_table.hpp"

namespace joulecast::session {

/// Every text is "column=value[,value…]"; a row passes where each column is one of its values, in any case. A
/// value that no cell equals may be a part of one ("3090"). invalid for a column that is not there, a text
/// without '=' or value.
class RowFilter {
 public:
  [[nodiscard]] static Result<RowFilter> make(const RunTable& table, const std::vector<std::string>& texts);
  [[nodiscard]] bool passes(const RunTable& table, std::size_t row) const;

 private:
  struct Value {
    std::string text;    ///< lower case
    bool whole = false;  ///< some cell is exactly this: parts of others do not count
  };
  struct Column {
    std::size_t position = 0;
    std::vector<Value> values;
  };
  std::vector<Column> columns_;
};

}  // namespace joulecast::session
