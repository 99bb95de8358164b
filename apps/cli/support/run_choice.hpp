// Which of several runs of one name a command took.
#pragma once

#include <string>

#include "store/run_query.hpp"

namespace joulecast::cli {

/// One line on standard error where several runs have the name that was given; else nothing.
void say_choice(const std::string& reference, const store::RunChoice& choice);

}  // namespace joulecast::cli
