// The cell networks of EC-NAS-Bench (NAS-Bench-101 style), from a table of their graphs.
//
// Network: 3x3 convolution to 128 channels on a 3x32x32 input, three stacks of three cells, 2x2 max-pooling
// and doubled channels between stacks, global average pooling, dense to 10 classes (Ying et al. 2019, section
// 2; Bakhtiarifard et al. 2022). Every convolution is conv-bn-relu.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "network/network.hpp"

namespace joulecast::network {

/// A directed acyclic graph: vertex 0 is the input, the last the output.
struct Cell {
  std::vector<std::vector<bool>> edges;  ///< edges[from][to], upper triangular
  /// "input", "conv3x3-bn-relu", "conv1x1-bn-relu", "maxpool3x3", "output"
  std::vector<std::string> operations;
};

/// Rows `architecture_hash,vertices,adjacency_row_major,operations`; malformed names file:line.
[[nodiscard]] Result<std::map<std::string, Cell>> read_ec_nas_cells(const std::filesystem::path& table);

/// invalid for a cell without a path from input to output.
[[nodiscard]] Result<ArchitectureFeatures> build_ec_nas(const Cell& cell, const std::string& name = "cell");

}  // namespace joulecast::network
