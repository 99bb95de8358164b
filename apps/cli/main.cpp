// joulecast. It calls nothing but the library of its commands, so that the Python package's program, which
// shares that library with the extension, depends on nothing else.
#include <unistd.h>

#include "cli/support/large_stack.hpp"
#include "cli/support/program.hpp"

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool ends_at_once = false;  // sanitizers report in what they have registered for the end
#else
constexpr bool ends_at_once = true;
#endif

}  // namespace

int main(int argc, char** argv) {
  const int status = joulecast::cli::call_on_large_stack(joulecast::cli::run_program, argc, argv);
  // What is written is written. To destroy what the libraries keep would take a millisecond more, and a
  // thread that hangs in a driver may still use it.
  if (ends_at_once) ::_exit(status);
  return status;
}
