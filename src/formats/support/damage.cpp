#include "formats/support/damage.hpp"

#include <utility>

#include "formats/support/line_reader.hpp"

namespace joulecast::formats {

std::string place(std::string_view file, std::size_t line) {
  return line == 0 ? std::string(file) : fmt::format("{}:{}", file, line);
}

std::string Damage::place_of(std::string_view file, std::size_t line) const {
  return place(file, lines_read_ != nullptr ? lines_read_->number_in_file(line) : line);
}

Status Damage::at(std::string_view file, std::size_t line, std::string reason) {
  if (strict_) return fail(ErrorKind::malformed, place_of(file, line), "{}", reason);
  note(lines_, file, line, reason);
  return {};
}

Status Damage::doubt(std::string_view file, std::size_t line, std::string reason) {
  if (strict_doubts_) return fail(ErrorKind::malformed, place_of(file, line), "{}", reason);
  note(doubts_, file, line, reason);
  return {};
}

void Damage::note(std::uint64_t& count, std::string_view file, std::size_t line, std::string_view reason) {
  ++count;
  if (first_.size() < most_kept) first_.push_back(fmt::format("{}: {}", place_of(file, line), reason));
}

}  // namespace joulecast::formats
