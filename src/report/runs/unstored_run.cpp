#include "report/runs/unstored_run.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace joulecast::report {

std::string unstored_text(Joules energy, Seconds duration) {
  return fmt::format("{} in {}, not stored", to_text(energy), to_text(duration));
}

}  // namespace joulecast::report
