// joulecast man-page: prints the manual page for the build. Not listed in the help.
#include "cli/support/man_page.hpp"

#include <fmt/format.h>

#include "base/version.hpp"
#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/program.hpp"

namespace joulecast::cli {
namespace {

std::function<int()> define_man_page(Arguments app) {
  app.hidden();
  return [] {
    fmt::print("{}", man_page(describe_program(), version));
    return done;
  };
}

}  // namespace

extern const Command man_page_command{"man-page", "The manual page, for man", "Shell", define_man_page};

}  // namespace joulecast::cli
