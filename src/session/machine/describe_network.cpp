#include "session/machine/describe_network.hpp"

#include <utility>

#include "hardware/catalogue.hpp"
#include "network/load.hpp"
#include "network/named.hpp"

namespace joulecast::session {

namespace {

Status put_memory(const NetworkRequest& request, NetworkDescription& description) {
  const auto& network = description.network;
  const auto memory =
      network::training_memory(network, request.batch, description.optimiser, description.setup);
  if (!memory) return propagate(memory.error());
  description.memory = *memory;
  if (request.checkpointing) description.recomputed_flops = network::recomputed_flops(network, request.batch);
  if (request.gpu.empty()) return {};
  const auto gpu = hardware::resolve_gpu(request.gpu);
  if (!gpu) return propagate(gpu.error());
  constexpr double giga = 1e9;
  description.gpu = gpu->name;
  description.gpu_memory_bytes = gpu->memory_gb * giga;
  const auto batch = network::largest_batch(network, *description.gpu_memory_bytes, description.optimiser,
                                            description.setup);
  if (!batch) return propagate(batch.error());
  description.largest_batch = *batch;
  return {};
}

}  // namespace

Result<NetworkDescription> describe_network(network::ArchitectureFeatures network,
                                            const NetworkRequest& request) {
  if (request.batch < 1) return fail_field("batch", "{} is not at least 1", request.batch);
  const auto optimiser = network::find_optimiser(request.optimiser);
  if (!optimiser) return propagate(optimiser.error());
  const auto precision = network::find_precision(request.precision);
  if (!precision) return propagate(precision.error());
  const auto frozen = network::parse_frozen(request.freeze, request.lora);
  if (!frozen) return propagate(frozen.error());
  auto trained = network::freeze(std::move(network), *frozen);
  if (!trained) return propagate(trained.error());
  network = std::move(*trained);
  NetworkDescription description;
  description.frozen = *frozen;
  description.batch = request.batch;
  description.optimiser = *optimiser;
  description.totals = network::totals(network);
  description.step = network::step_cost(network, request.batch, *optimiser);
  description.summary = network::summarise(network, request.batch);
  description.network = std::move(network);
  description.setup = {.precision = *precision,
                       .gpus = request.gpus,
                       .accumulate = request.accumulate,
                       .checkpointing = request.checkpointing,
                       .shard = request.shard};
  if (auto put = put_memory(request, description); !put) return propagate(put.error());
  return description;
}

Result<NetworkDescription> describe_network(const NetworkRequest& request) {
  auto options = network::parse_load_options(request.inputs, request.dimensions, request.classes);
  if (!options) return propagate(options.error());
  options->sequence = request.sequence;
  auto loaded = network::load_network(request.model, *options);
  if (!loaded) return propagate(loaded.error());
  return describe_network(std::move(*loaded), request);
}

Result<NetworkNames> known_networks() {
  auto names = network::known_names();
  if (!names) return propagate(names.error());
  NetworkNames known{std::move(*names), {}};
  for (const auto name : network::known_precisions()) known.precisions.emplace_back(name);
  return known;
}

}  // namespace joulecast::session
