#include "cli/support/field_errors.hpp"

#include <algorithm>

namespace joulecast::cli {

Error with_option(Error error, std::initializer_list<std::string_view> fields) {
  if (std::ranges::find(fields, error.where) == fields.end()) return error;
  std::ranges::replace(error.where, '_', '-');
  error.where = "--" + error.where;
  return error;
}

}  // namespace joulecast::cli
