#include "store/run_id.hpp"

#include <algorithm>

namespace joulecast::store {

std::string make_run_id(WallTime started, std::uint32_t random) {
  // Leaves out letters that look like digits, and vowels, so that no words are formed.
  constexpr std::string_view letters = "0123456789bcdfghjkmnpqrstvwxyz";
  std::string id;
  for (const char c : to_iso8601(started)) {
    if (c == 'T') id += '-';
    if (c >= '0' && c <= '9') id += c;
  }
  id += '-';
  for (int i = 0; i < 4; ++i, random /= static_cast<std::uint32_t>(letters.size()))
    id += letters[random % letters.size()];
  return id;
}

bool is_usable_run_id(std::string_view id) {
  constexpr std::size_t longest = 200;
  if (id.empty() || id.size() > longest || id.front() == '-' || id.front() == '.') return false;
  return std::ranges::all_of(id, [](char c) {
    return c > ' ' && c < 0x7f && std::string_view("/\\\"'`").find(c) == std::string_view::npos;
  });
}

}  // namespace joulecast::store
