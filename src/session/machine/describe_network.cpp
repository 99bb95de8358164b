#include "session/machine/describe_network.hpp"

#include <utility>

#include "network/load.hpp"
#include "network/named.hpp"

namespace joulecast::session {

NetworkDescription describe_network(network::ArchitectureFeatures network, std::int64_t batch,
                                    const network::Optimiser& optimiser) {
  NetworkDescription description;
  description.batch = batch;
  description.optimiser = optimiser;
  description.totals = network::totals(network);
  description.step = network::step_cost(network, batch, optimiser);
  description.memory = network::training_memory(network, batch, optimiser);
  description.summary = network::summarise(network, batch);
  description.network = std::move(network);
  return description;
}

Result<NetworkDescription> describe_network(const NetworkRequest& request) {
  if (request.batch < 1) return fail_field("batch", "{} is not at least 1", request.batch);
  const auto optimiser = network::find_optimiser(request.optimiser);
  if (!optimiser) return propagate(optimiser.error());
  auto options = network::parse_load_options(request.inputs, request.dimensions, request.classes);
  if (!options) return propagate(options.error());
  options->sequence = request.sequence;
  auto loaded = network::load_network(request.model, *options);
  if (!loaded) return propagate(loaded.error());
  return describe_network(std::move(*loaded), request.batch, *optimiser);
}

Result<NetworkNames> known_networks() {
  return network::known_names().map(
      [](std::vector<std::string> names) { return NetworkNames{std::move(names)}; });
}

}  // namespace joulecast::session
