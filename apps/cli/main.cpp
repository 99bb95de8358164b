// joulecast. It calls nothing but the library of its commands, so that the Python package's program, which
// shares that library with the extension, depends on nothing else.
#include "cli/support/program.hpp"

int main(int argc, char** argv) {
  return joulecast::cli::run_program(argc, argv);
}
