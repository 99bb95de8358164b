#include "cli/support/field_errors.hpp"

#include <algorithm>

namespace joulecast::cli {

Error with_option(Error error, std::initializer_list<std::string_view> fields) {
  for (const auto field : fields) {
    auto option = "--" + std::string(field);
    std::ranges::replace(option, '_', '-');
    if (error.where == field) error.where = option;
    const auto quoted = "`" + std::string(field) + "`";
    if (const auto at = error.message.find(quoted); at != std::string::npos)
      error.message.replace(at, quoted.size(), option);
  }
  return error;
}

}  // namespace joulecast::cli
