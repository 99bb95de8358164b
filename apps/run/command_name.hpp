// The name that a run gets from its command line.
#pragma once

#include <string>
#include <vector>

namespace joulecast::run {

/// The script's name without folder and suffix, found behind interpreters, launchers and their options:
/// "train" for `torchrun --nproc_per_node 2 train.py --lr 0.1` and for `python -m pkg.train`. The command's
/// own name where it runs no script. "" for an empty command.
[[nodiscard]] std::string run_name_of(const std::vector<std::string>& command);

}  // namespace joulecast::run
