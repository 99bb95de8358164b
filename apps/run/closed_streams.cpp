#include "run/closed_streams.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace joulecast::run {

void keep_closed_streams_closed() {
  // In this order, because a file that is opened gets the lowest number that is free.
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(stream, F_GETFD) < 0) (void)::open("/", O_PATH | O_CLOEXEC);
}

}  // namespace joulecast::run
