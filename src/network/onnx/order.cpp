#include <fmt/format.h>

#include <functional>

#include "network/onnx/reader.hpp"

namespace joulecast::network::onnx_reader {
namespace {

constexpr int deepest_graph = 32;

/// Names that a node reads, those of its subgraphs included; names that a subgraph defines are its own.
void collect_reads(const onnx::NodeProto& node, std::set<std::string>& reads, int depth) {
  for (const auto& name : node.input())
    if (!name.empty()) reads.insert(name);
  if (depth > deepest_graph) return;
  for (const auto& attribute : node.attribute()) {
    if (!attribute.has_g()) continue;
    std::set<std::string> inner;
    std::set<std::string> own;
    for (const auto& info : attribute.g().input()) own.insert(info.name());
    for (const auto& tensor : attribute.g().initializer()) own.insert(tensor.name());
    for (const auto& child : attribute.g().node()) {
      collect_reads(child, inner, depth + 1);
      own.insert(child.output().begin(), child.output().end());
    }
    for (const auto& name : inner)
      if (!own.contains(name)) reads.insert(name);
  }
}

std::string describe(const onnx::NodeProto& node) {
  return node.name().empty() ? fmt::format("a {} node", node.op_type())
                             : fmt::format("node '{}' ({})", node.name(), node.op_type());
}

}  // namespace

tl::expected<std::vector<int>, std::string> computable_order(const Nodes& nodes, const Scope& scope) {
  std::map<std::string, int> producer;
  for (int i = 0; i < nodes.size(); ++i)
    for (const auto& name : nodes[i].output())
      if (!name.empty() && (!producer.emplace(name, i).second || scope.values.contains(name)))
        return tl::unexpected(fmt::format("'{}' is defined twice", name));

  // Kahn's algorithm; the lowest index goes first, so that a valid file keeps its order.
  std::vector<int> missing(static_cast<std::size_t>(nodes.size()), 0);
  std::vector<std::vector<int>> readers(static_cast<std::size_t>(nodes.size()));
  for (int i = 0; i < nodes.size(); ++i) {
    std::set<std::string> reads;
    collect_reads(nodes[i], reads, 0);
    std::set<int> sources;
    for (const auto& name : reads) {
      if (const auto found = producer.find(name); found != producer.end()) {
        sources.insert(found->second);
      } else if (scope.find(name) == nullptr) {
        return tl::unexpected(fmt::format("{} reads '{}', which nothing provides", describe(nodes[i]), name));
      }
    }
    missing[static_cast<std::size_t>(i)] = static_cast<int>(sources.size());
    for (const int source : sources) readers[static_cast<std::size_t>(source)].push_back(i);
  }
  std::set<int> ready;
  for (int i = 0; i < nodes.size(); ++i)
    if (missing[static_cast<std::size_t>(i)] == 0) ready.insert(i);
  std::vector<int> order;
  while (!ready.empty()) {
    const int next = *ready.begin();
    ready.erase(ready.begin());
    order.push_back(next);
    for (const int reader : readers[static_cast<std::size_t>(next)])
      if (--missing[static_cast<std::size_t>(reader)] == 0) ready.insert(reader);
  }
  if (static_cast<int>(order.size()) == nodes.size()) return order;
  for (int i = 0; i < nodes.size(); ++i)
    if (missing[static_cast<std::size_t>(i)] > 0)
      return tl::unexpected(fmt::format("{} stands in a cycle", describe(nodes[i])));
  return order;
}

}  // namespace joulecast::network::onnx_reader
