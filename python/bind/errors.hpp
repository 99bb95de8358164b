// Errors of the core as Python exceptions (joulecast/errors.py).
#pragma once

#include <exception>
#include <utility>

#include "base/result.hpp"

namespace joulecast::python {

/// Carries an Error to the translator that bind_errors() registers.
class Raised final : public std::exception {
 public:
  explicit Raised(Error error) : error_(std::move(error)), text_(to_string(error_)) {}
  [[nodiscard]] const Error& error() const { return error_; }
  [[nodiscard]] const char* what() const noexcept override { return text_.c_str(); }

 private:
  Error error_;
  std::string text_;
};

/// The value, or the exception that tells why there is none.
template <class T>
T value_of(Result<T> result) {
  if (!result) throw Raised(std::move(result.error()));
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace joulecast::python
