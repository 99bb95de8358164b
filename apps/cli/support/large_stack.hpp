// Makes joulecast independent of the user's limit on stacks (ulimit -s).
#pragma once

namespace joulecast::cli {

/// Calls the work and returns its result. If the limit is small, on a stack of its own: the limit itself is
/// not touched, because the measured command inherits it.
int call_on_large_stack(int (*work)(int argc, char** argv), int argc, char** argv);

}  // namespace joulecast::cli
