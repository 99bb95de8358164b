#include "cli/support/run_choice.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "report/runs/run_list.hpp"
#include "run/tell.hpp"

namespace joulecast::cli {

void say_choice(const std::string& reference, const store::RunChoice& choice) {
  if (const auto text = report::choice_text(reference, choice); !text.empty())
    run::tell("joulecast: {}\n", text);
}

}  // namespace joulecast::cli
