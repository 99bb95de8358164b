// The result of a library function: a value, or an Error with the kind of failure, the reason and the place.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace joulecast {

enum class ErrorKind {
  unavailable,  ///< the thing does not exist on this machine (no such sensor, library, file)
  denied,       ///< it exists, but we are not allowed to use it
  retry,        ///< a temporary failure: this reading is a gap, the next may work
  gone,         ///< it worked and is lost for good (GPU fell off the bus, CPU unplugged)
  malformed,    ///< a file or message is not what it claims to be; `where` is file:line
  invalid,      ///< the caller asked for something that has no answer
};

[[nodiscard]] std::string_view name_of(ErrorKind kind);

struct Error {
  ErrorKind kind = ErrorKind::invalid;
  std::string message;  ///< one line, no trailing full stop
  std::string where;    ///< file:line, path, sensor, or a field of the request; may be empty
  /// `where` is a field of the request, by its name: "batch", "power_limit". Each front end shows it in its
  /// own way; the command line as the option --batch, --power-limit.
  bool is_field = false;
};

/// "where: message", or the message alone.
[[nodiscard]] std::string to_string(const Error& error);

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;
using Failure = tl::unexpected<Error>;

/// return fail(ErrorKind::denied, path, "mode {:o}, needs root", mode);
template <class... Args>
[[nodiscard]] Failure fail(ErrorKind kind, std::string where, fmt::format_string<Args...> format,
                           Args&&... args) {
  return Failure{Error{kind, fmt::format(format, std::forward<Args>(args)...), std::move(where)}};
}

/// An error of kind invalid about a field of the request:
/// return fail_field("shots", "must be 0 to 1000, not {}", request.shots);
/// The name may be followed by a blank and a value: "split gpu".
template <class... Args>
[[nodiscard]] Failure fail_field(std::string field, fmt::format_string<Args...> format, Args&&... args) {
  return Failure{Error{ErrorKind::invalid, fmt::format(format, std::forward<Args>(args)...), std::move(field),
                       /*is_field=*/true}};
}

/// Passes an error of one Result type on as another.
[[nodiscard]] inline Failure propagate(Error error) {
  return Failure{std::move(error)};
}

}  // namespace joulecast
