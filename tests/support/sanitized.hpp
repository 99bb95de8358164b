// What a sanitizer cannot do is skipped under it, with its reason.
#pragma once

namespace joulecast::testing {

#ifdef __SANITIZE_ADDRESS__
/// Its allocator keeps its locks over a fork: a child of a process with threads may wait for them for ever.
inline constexpr bool address_sanitized = true;
#else
inline constexpr bool address_sanitized = false;
#endif

#ifdef __SANITIZE_THREAD__
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = address_sanitized;
#endif

}  // namespace joulecast::testing
