// POST /api/v1/predict: what a training will cost, as `joulecast predict --json` has it.
#include "report/server_json.hpp"
#include "serve/parameters.hpp"
#include "serve/route.hpp"
#include "session/forecast/given_networks.hpp"

namespace joulecast::serve {
namespace {

constexpr std::size_t largest_upload = 64 << 20;
constexpr double most = 1e15;
constexpr int most_gpus = 1 << 30;

/// The parameters as they were given; the networks come from given_networks().
session::PredictionRequest asked(Parameters& parameters) {
  session::PredictionRequest request;
  auto& training = request.training;
  request.gpus = parameters.texts("gpu", 200);
  if (auto batches = parameters.wholes("batch", 20, 1, most_gpus); !batches.empty())
    request.batches = batches;
  training.gpu_count = static_cast<int>(parameters.whole("gpus", 1, most_gpus).value_or(1));
  training.epochs = parameters.number("epochs", 0, most);
  training.train_samples = parameters.number("samples", 0, most);
  request.steps = parameters.number("steps", 0, most);
  request.tokens = parameters.number("tokens", 0, most);
  training.dataset = parameters.text("dataset");
  request.power_limit = parameters.text("power_limit");
  training.optimizer = parameters.text("optimizer", session::default_optimizer);
  training.framework = parameters.text("framework");
  request.step.precision = parameters.text("precision", request.step.precision);
  return request;
}

session::GivenNetworks given(Parameters& parameters, const Request& request) {
  session::GivenNetworks networks;
  networks.names = parameters.texts("model", 20);
  networks.inputs = parameters.texts("input", 20);
  networks.dimensions = parameters.texts("dimension", 20);
  networks.sequence = parameters.whole("sequence", 1, 1 << 30);
  networks.classes = parameters.whole("classes", 1, 1 << 30);
  networks.label = parameters.text("label");
  const auto type = request.header("content-type");
  networks.is_onnx = type.starts_with("application/octet-stream");
  networks.upload = request.body;
  return networks;
}

/// Whatever is wrong with an upload is the client's.
Response network_error(const Error& error, bool is_upload) {
  return error.is_field ? error_response(error)
                        : problem_response(400, to_string(error), is_upload ? "body" : "model");
}

Response answer_predict(const Request& request, const Services& services) {
  Parameters parameters(request);
  auto prediction = asked(parameters);
  prediction.place = services.place;
  const auto networks = given(parameters, request);
  if (const auto status = parameters.check(); !status) return error_response(status.error());
  const auto type = request.header("content-type");
  if (!request.body.empty() && !networks.is_onnx && !type.starts_with("application/json"))
    return problem_response(415, "an upload is application/json or application/octet-stream", "Content-Type");
  auto described = session::given_networks(networks);
  if (!described) return network_error(described.error(), !networks.upload.empty());
  prediction.described = std::move(*described);
  if (const auto status = session::name_gpus(prediction.gpus); !status) return error_response(status.error());
  const auto result = session::predict_training(prediction);
  if (!result) return error_response(result.error());
  if (const auto counted = session::check_counted(*result); !counted) return error_response(counted.error());
  return json_response(report::json_text_with_front(*result));
}

}  // namespace

extern const Route predict_route{"/api/v1/predict", Lane::pages, /*in_exporter=*/false, answer_predict,
                                 Readers::owner,    "POST",      largest_upload};

}  // namespace joulecast::serve
