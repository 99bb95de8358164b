// Arbitrary bytes as a file of what `fit` or `layerwise --output` learned: the first byte says which. A model
// that can be read must be written and read back, and must predict nothing or finite figures above 0.
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "estimate/offline/layerwise/layerwise.hpp"
#include "estimate/offline/model_file.hpp"
#include "network/load.hpp"
#include "support/written_file.hpp"

namespace {

using namespace joulecast;
using fuzzing::written_file;

void require(bool holds) {
  if (!holds) std::abort();
}

const std::vector<estimate::Sample>& samples() {
  static const auto made = [] {
    formats::WorkloadTable table{"fuzz.csv", {}};
    for (const auto* network : {"resnet18", "unheard of"}) {
      auto& row = table.rows.emplace_back();
      row.source = "lab";
      row.config_id = network;
      row.training.architecture = network;
      row.training.framework = "pytorch";
      row.training.dataset = "cifar10";
      row.training.gpu = "RTX 3090";
      row.training.gpu_count = 1;
      row.training.batch_size = 16;
      row.training.train_samples = 50000;
      row.training.input_shape = "3x32x32";
    }
    const auto context = estimate::sample_context({});
    require(context.has_value());
    return estimate::samples_of(table, *context).value();
  }();
  return made;
}

void offline(std::string_view text) {
  const auto file = written_file("model.json", text);
  const auto model = estimate::read_model(file);
  if (!model) {
    require(to_string(model.error()).find('\n') == std::string::npos);
    return;
  }
  for (const auto& fitted : model->methods)
    for (const auto& sample : samples()) {
      const auto forecast = fitted.model->predict(sample);
      for (const auto target : estimate::all_targets)
        if (const auto value = forecast[target]) require(std::isfinite(*value) && *value > 0);
    }
  require(estimate::write_model(*model, file).has_value());
  require(estimate::read_model(file).has_value());
}

void layerwise(std::string_view text) {
  const auto file = written_file("layerwise.json", text);
  const auto model = estimate::LayerwiseModel::read(file);
  if (!model) {
    require(to_string(model.error()).find('\n') == std::string::npos);
    return;
  }
  static const auto network = network::load_network("resnet18", {}).value();
  for (const auto& cpu : model->cpus())
    if (const auto estimate = model->on(cpu).value()->predict(network, 8))
      require(std::isfinite(estimate->step().value()) && estimate->step().value() > 0);
  require(model->write(file, "fuzz").has_value());
  require(estimate::LayerwiseModel::read(file).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  *data % 2 == 0 ? offline(text) : layerwise(text);
  return 0;
}
