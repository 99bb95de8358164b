#include "formats/support/damage.hpp"

#include <utility>

namespace joulecast::formats {

std::string place(std::string_view file, std::size_t line) {
  return line == 0 ? std::string(file) : fmt::format("{}:{}", file, line);
}

Status Damage::at(std::string_view file, std::size_t line, std::string reason) {
  if (strict_) return fail(ErrorKind::malformed, place(file, line), "{}", reason);
  ++lines_;
  if (first_.size() < most_kept) first_.push_back(place(file, line) + ": " + reason);
  return {};
}

}  // namespace joulecast::formats
