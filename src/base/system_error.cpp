#include "base/system_error.hpp"

#include <cerrno>
#include <cstring>

namespace joulecast {

ErrorKind kind_of_errno(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case ENXIO:
      return ErrorKind::unavailable;
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorKind::denied;
    case ENODEV:
      return ErrorKind::gone;
    default:
      return ErrorKind::retry;
  }
}

Failure fail_errno(std::string where, int error) {
  return fail(kind_of_errno(error), std::move(where), "{}", std::strerror(error));
}

}  // namespace joulecast
