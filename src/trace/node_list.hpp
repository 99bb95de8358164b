// The nodes of a job as Slurm lists them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace joulecast::trace {

/// The tag in which a run of several nodes keeps Slurm's list of them, so that a node which never reported
/// has a name.
inline constexpr const char* node_list_tag = "job nodes";

/// "gpu[01-03,7],login" is gpu01, gpu02, gpu03, gpu7, login: the order of their places in the job. Empty for
/// a list that is not one, or that has more than 100,000 nodes.
[[nodiscard]] std::vector<std::string> expand_node_list(std::string_view list);

}  // namespace joulecast::trace
