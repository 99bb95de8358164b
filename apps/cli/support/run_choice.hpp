// Tells the user which of several runs with one name a command uses.
#pragma once

#include <string>

#include "store/run_query.hpp"

namespace joulecast::cli {

/// Prints one line on standard error if several runs have the given name; otherwise nothing.
void say_choice(const std::string& reference, const store::RunChoice& choice);

}  // namespace joulecast::cli
