// For small processes of our own that are forked without exec and must not depend on anything else.
#pragma once

#include <initializer_list>

namespace joulecast::run {

/// Blocks every signal, gives the process a name and a command line of its own and leaves the working folder,
/// so that it can be unmounted. The name (15 characters at most) must not contain "joulecast": who ends that
/// by name (pkill, killall) must not end the command's output with it. Async-signal-safe.
void begin_helper_process(const char* name);

/// Closes all descriptors except these. Async-signal-safe.
void close_all_but(std::initializer_list<int> kept);

}  // namespace joulecast::run
