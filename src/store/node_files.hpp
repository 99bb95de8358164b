// One SQLite file for each node of a job, beside the store that all of them name. Several machines that write
// to one file over a network depend on that file system's locks, which often do not hold; a file that only
// one machine writes needs none.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "store/run_store.hpp"

namespace joulecast::store {

/// "runs.db-node-n7": the file of this node beside the store at `url`.
[[nodiscard]] std::string file_of_node(const std::string& url, const std::string& node);

/// Whether each node is to write a file of its own: the store is a file on a network file system, or
/// $JOULECAST_STORE_PER_NODE is 1.
[[nodiscard]] bool is_kept_by_node(const std::string& url);

/// The files of nodes that are beside the store.
[[nodiscard]] std::vector<std::string> node_files_of(const std::string& url);

/// RunStore::open() of the store and of the nodes' files beside it, read together. New runs go to the store
/// itself, and SQL sees that alone. If only the nodes' files are there, these are the store. A node's file is
/// changed where the user changes a run of it, or the node itself closes one whose process has died. A node's
/// file that cannot be used is left out (left_out_files).
[[nodiscard]] Result<std::unique_ptr<RunStore>> open_with_node_files(const std::string& url, Access access,
                                                                     OpenOptions options = {});

/// Why files of nodes were left out by this process: each is to be told once.
[[nodiscard]] std::set<std::string> left_out_files();

}  // namespace joulecast::store
