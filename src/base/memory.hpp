// Memory that a library is about to need.
#pragma once

#include <cstddef>
#include <new>
#include <string_view>

namespace joulecast {

/// Throws std::bad_alloc here if so much is not to be had. For libraries that do not survive it in their
/// midst: RE2 frees a pattern that it has not built yet, nlohmann/json a value that it has only begun.
inline void ask_for_memory(std::size_t bytes) {
  ::operator delete(::operator new(bytes));
}

/// More than the values of a JSON text take.
[[nodiscard]] constexpr std::size_t memory_of_json(std::string_view text) {
  return 4'096 + 32 * text.size();
}

}  // namespace joulecast
