#include "base/result.hpp"

#include "base/printable.hpp"

namespace joulecast {

std::string_view name_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::unavailable:
      return "unavailable";
    case ErrorKind::denied:
      return "denied";
    case ErrorKind::retry:
      return "retry";
    case ErrorKind::gone:
      return "gone";
    case ErrorKind::malformed:
      return "malformed";
    case ErrorKind::invalid:
      return "invalid";
  }
  return "unknown";
}

std::string to_string(const Error& error) {
  return printable(error.where.empty() ? error.message : error.where + ": " + error.message);
}

}  // namespace joulecast
