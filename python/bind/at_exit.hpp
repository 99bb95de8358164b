// Calls that wait for the process's exit status, which no exit handler of Python is told.
#pragma once

#include <functional>

namespace joulecast::python {

/// Calls `last` with the exit status when the process exits: after Python's own end, so that it must not
/// touch Python. Not called if the process is killed, or leaves with _exit().
void at_exit(std::function<void(int status)> last);

}  // namespace joulecast::python
