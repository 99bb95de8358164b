// Tests fit, predict, layerwise, calibrate and evaluate as functions from request to result.
#include <gmock/gmock.h>

#include <fstream>

#include "base/files.hpp"
#include "base/roots.hpp"
#include "session/evaluate/offline.hpp"
#include "session/forecast/calibrate_machine.hpp"
#include "session/forecast/fit_models.hpp"
#include "session/forecast/predict_layers.hpp"
#include "session/forecast/predict_training.hpp"
#include "support/temporary_directory.hpp"

namespace joulecast::session {
namespace {

using joulecast::testing::TemporaryDirectory;
using ::testing::HasSubstr;

/// Two networks on two GPUs at two batch sizes; the times are invented.
std::filesystem::path made_table(const TemporaryDirectory& folder, const std::string& more = "") {
  std::string table =
      "source,framework,dataset,architecture,gpu,batch_size,train_samples,epoch_time_s,mean_gpu_w\n";
  double base = 20;
  for (const auto* network : {"resnet18", "resnet50"}) {
    base *= 2;
    for (const auto& [gpu, speed] : {std::pair{"RTX 3090", 2.0}, std::pair{"RTX 3070", 1.0}})
      for (const int batch : {16, 64})
        table += fmt::format("lab,pytorch,cifar10,{},{},{},50000,{},{}\n", network, gpu, batch,
                             (base + 400.0 / batch) / speed, 100 + batch);
  }
  return folder.write("table.csv", table + more);
}

TEST(FitModels, WritesWhatItLearned) {
  const TemporaryDirectory folder;
  FitRequest request;
  request.input.tables = {made_table(folder)};
  request.input.notes = {"lab=ours, CC0"};
  request.output = folder.path() / "model.json";
  const auto result = fit_models(request);
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_EQ(result->model.rows, 8u);
  ASSERT_EQ(result->model.sources.size(), 1u);
  EXPECT_EQ(result->model.sources[0].note, "ours, CC0");
  EXPECT_EQ(result->model.measured.size(), 4u);
  const auto read = estimate::read_model(result->output);
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->rows, 8u);
}

/// Cost of an ONNX file of the fixtures by the model that comes with joulecast.
PredictionResult predicted(const std::string& file) {
  PredictionRequest request;
  request.networks = {std::string(JOULECAST_FIXTURES) + "/onnx/" + file + ".onnx"};
  request.gpus = {"RTX 3090"};
  request.training.train_samples = 1000;
  return predict_training(request).value();
}

TEST(PredictTraining, SaysWhatOfANetworkIsNotCounted) {
  const auto whole = predicted("dense"), part = predicted("custom");
  EXPECT_TRUE(check_counted(whole));
  EXPECT_EQ(whole.predictions.front().uncounted_share, 0);
  EXPECT_THAT(check_counted(part).error().message,
              HasSubstr("67 % of its nodes are not counted (Relu, lab::Magic)"));
  // What is not counted may cost as much as the rest: the interval reaches up to three times as high.
  const auto& partly = part.predictions.front().epoch_energy_j.value();
  EXPECT_NEAR(*partly.high / partly.value / (partly.value / *partly.low), 3, 1e-9);
  EXPECT_FALSE(partly.calibrated);
  EXPECT_EQ(part.predictions.front().training.architecture, "custom");
}

TEST(PredictTraining, TakesStepsAndTokensForTheWholeTraining) {
  PredictionRequest request;
  request.networks = {"gpt2"};
  request.gpus = {"RTX 3090"};
  request.batches = {8};
  request.sequence = 512;
  const auto of = [&](auto change) {
    auto changed = request;
    change(changed);
    return predict_training(changed).value().predictions.front();
  };
  const auto by_samples = of([](auto& r) { r.training.train_samples = 8000, r.training.epochs = 1; });
  const auto by_steps = of([](auto& r) { r.steps = 1000; });
  const auto by_tokens = of([](auto& r) { r.tokens = 8000 * 512; });
  EXPECT_DOUBLE_EQ(by_steps.total_energy_j->value, by_samples.total_energy_j->value);
  EXPECT_DOUBLE_EQ(by_tokens.total_energy_j->value, by_samples.total_energy_j->value);
  EXPECT_EQ(by_tokens.steps, 1000);
  EXPECT_EQ(by_samples.steps, std::nullopt);
  const auto field = [&](auto change) {
    auto changed = request;
    change(changed);
    const auto result = predict_training(changed);
    return result ? "none" : result.error().where;
  };
  EXPECT_EQ(field([](auto& r) { r.steps = 0; }), "steps");
  EXPECT_EQ(field([](auto& r) { r.steps = 10, r.training.epochs = 2; }), "steps");
  EXPECT_EQ(field([](auto& r) { r.steps = 10, r.tokens = 10; }), "tokens");
  EXPECT_EQ(field([](auto& r) { r.tokens = 10, r.networks = {"resnet50"}, r.sequence.reset(); }), "tokens");
}

TEST(FitModels, NamesTheFieldThatIsWrong) {
  const TemporaryDirectory folder;
  FitRequest request;
  request.input.tables = {made_table(folder)};
  request.input.notes = {"lab"};
  request.output = folder.path() / "m.json";
  auto error = fit_models(request).error();
  EXPECT_TRUE(error.is_field);
  EXPECT_EQ(error.where, "source");
  request.input.notes.clear();
  request.input.networks = {"=x"};
  error = fit_models(request).error();
  EXPECT_TRUE(error.is_field);
  EXPECT_EQ(error.where, "network");
  request.output = folder.path() / "no" / "such" / "m.json";
  EXPECT_FALSE(fit_models(request));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "m.json"));
}

TEST(PredictTraining, DescribesEachTrainingThatWasAskedFor) {
  PredictionRequest request;
  request.networks = {"resnet18"};
  request.inputs = {"3x32x32"};
  request.gpus = {"RTX 3090", "RTX 3070"};
  request.batches = {16, 64};
  request.training.dataset = "cifar10";
  request.training.epochs = 3;
  request.training.gpu_power_limit_w = 200;
  const auto result = predict_training(request);
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_EQ(result->model_file, estimate::default_model_path());
  ASSERT_EQ(result->predictions.size(), 4u);
  double last = 0;
  for (const auto& p : result->predictions) {
    EXPECT_EQ(p.training.architecture, "resnet18");
    EXPECT_EQ(p.training.train_samples, 50000);  // of the dataset
    EXPECT_EQ(p.training.optimizer, default_optimizer);
    EXPECT_EQ(p.training.gpu_count, 1);
    EXPECT_EQ(p.training.gpu_power_limit_w, 200);
    ASSERT_TRUE(p.total_energy_j);
    EXPECT_DOUBLE_EQ(p.total_energy_j->value, 3 * p.epoch_energy_j->value);
    EXPECT_GE(p.total_energy_j->value, last);
    last = p.total_energy_j->value;
    EXPECT_EQ(p.nearest.size(), 3u);
    EXPECT_FALSE(p.emissions);
  }
}

TEST(PredictTraining, NamesTheFieldThatIsWrong) {
  PredictionRequest good;
  good.networks = {"resnet18"};
  good.gpus = {"RTX 3090"};
  const auto field_of = [&](auto change) {
    auto request = good;
    change(request);
    const auto result = predict_training(request);
    return result || !result.error().is_field ? std::string("no field") : result.error().where;
  };
  EXPECT_EQ(field_of([](auto& r) { r.training.epochs = -3; }), "epochs");
  EXPECT_EQ(field_of([](auto& r) { r.training.train_samples = 0; }), "samples");
  EXPECT_EQ(field_of([](auto& r) { r.training.gpu_power_limit_w = 1e16; }), "power_limit");
  EXPECT_EQ(field_of([](auto& r) { r.training.gpu_power_limit_w = 0.5; }), "power_limit");
  EXPECT_EQ(field_of([](auto& r) { r.power_limit = "10:350:25"; }), "power_limit");
  EXPECT_EQ(field_of([](auto& r) { r.training.gpu_power_limit_w = 90; }), "no field");
  EXPECT_EQ(field_of([](auto& r) { r.like = "nobody"; }), "like");
  EXPECT_EQ(field_of([](auto& r) { r.gpus.clear(); }), "gpu");
  EXPECT_EQ(field_of([](auto& r) { r.inputs = {"wide"}; }), "input");
  EXPECT_EQ(field_of([](auto& r) { r.place.pue = 0.5; }), "pue");
  EXPECT_EQ(field_of([](auto& r) { r.networks = {"resnet5o"}; }), "no field");
}

TEST(PredictTraining, RefusesAModelFileWithAnImpossibleCount) {
  const TemporaryDirectory folder;
  PredictionRequest request;
  request.networks = {"resnet18"};
  request.gpus = {"RTX 3090"};
  for (const auto* rows : {"-1", "0.5", "1e300"}) {
    request.fitted =
        folder.write("model.json", fmt::format(R"({{"format":"joulecast offline model","version":3,)"
                                               R"("created":"","rows":{}}})",
                                               rows));
    const auto result = predict_training(request);
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().message, HasSubstr("'rows' is not a number of things")) << rows;
  }
}

TEST(PredictTraining, RefusesAModelFileThatNestsDeeply) {
  const TemporaryDirectory folder;
  PredictionRequest request;
  request.networks = {"resnet18"};
  request.gpus = {"RTX 3090"};
  request.fitted =
      folder.write("model.json", R"({"format":"joulecast offline model","version":)" +
                                     std::string(500'000, '[') + std::string(500'000, ']') + "}");
  const auto result = predict_training(request);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr("nests deeper than 64 levels"));
}

/// Does the work of a micro-workload's command without starting a process.
Result<MeasuredCommand> measured_at_once(const CommandToMeasure& what) {
  std::ofstream(what.command.at(1)) << "1e9 0.5";
  MeasuredCommand result;
  result.duration = Seconds{1};
  trace::ComponentEnergy cpu;
  cpu.component = trace::Component::cpu;
  cpu.energy = Joules{30};
  result.energy.components.push_back(cpu);
  return result;
}

TEST(CalibrateMachine, MeasuresWithWhatItIsGiven) {
  const TemporaryDirectory folder;
  CalibrationRequest request;
  request.cpu_command = {"{workload}", "{output}"};
  request.measure = measured_at_once;
  request.output = folder.path() / "calibrated.json";
  request.device_file = folder.path() / "device.json";
  const auto result = calibrate_machine(request);
  ASSERT_TRUE(result) << to_string(result.error());
  ASSERT_EQ(result->devices.size(), 1u);
  const auto& [device, micro] = result->devices[0];
  ASSERT_EQ(micro.size(), micro_kinds().size());
  EXPECT_EQ(micro[1].amount, 1e9);
  EXPECT_EQ(micro[1].duration, Seconds{0.5});
  EXPECT_EQ(micro[1].power, Watts{30});
  EXPECT_DOUBLE_EQ(device.fp32_tflops, 2e-3);  // 10^9 FLOPs in half a second
  EXPECT_EQ(result->errors.configurations, 0);
  EXPECT_TRUE(estimate::read_model(request.output));
  const auto described = hardware::read_gpu_file(request.device_file);
  ASSERT_TRUE(described) << to_string(described.error());
  EXPECT_EQ(described->at(0).name, device.name);
}

TEST(CalibrateMachine, FailsWithTheCommand) {
  const TemporaryDirectory folder;
  CalibrationRequest request;
  request.cpu_command = {"{workload}", "{output}"};
  request.output = folder.path() / "calibrated.json";
  request.measure = [](const CommandToMeasure& what) {
    auto result = measured_at_once(what);
    result->exit_status = 3;
    return result;
  };
  EXPECT_THAT(to_string(calibrate_machine(request).error()), HasSubstr("exit status 3"));
  request.measure = [](const CommandToMeasure&) { return MeasuredCommand{}; };
  EXPECT_THAT(to_string(calibrate_machine(request).error()), HasSubstr("no positive number"));
  request.gpu = "RTX 3090";
  EXPECT_EQ(calibrate_machine(request).error().where, "gpu_command");
  EXPECT_FALSE(std::filesystem::exists(request.output));
}

TEST(PredictLayers, NamesTheCpusThatWereMeasured) {
  const auto model = read_layer_model({});
  ASSERT_TRUE(model) << to_string(model.error());
  LayerwiseRequest request;
  request.network = "resnet18";
  request.cpu = "abacus";
  const auto error = predict_layers(request, *model).error();
  EXPECT_TRUE(error.is_field);
  EXPECT_EQ(error.where, "cpu");
  request.cpu = model->cpus().at(0);
  request.batch = 8;
  const auto prediction = predict_layers(request, *model);
  ASSERT_TRUE(prediction) << to_string(prediction.error());
  EXPECT_EQ(prediction->network, "resnet18");
  EXPECT_EQ(prediction->batch, 8);
  EXPECT_GT(prediction->estimate.step(), Joules{0});
}

TEST(PredictLayers, RefusesAModelWithoutFiniteEnergies) {
  const TemporaryDirectory folder;
  auto text = read_file(share_directory() / "models" / "layerwise.json").value();
  for (auto at = text.find("log_watts"); at != std::string::npos; at = text.find("log_watts", at + 1)) {
    const auto list = text.begin() + static_cast<std::ptrdiff_t>(at);
    std::replace(list, std::find(list, text.end(), ']'), '.', '0');  // exp(3.7) W becomes exp(3e6) W
  }
  const auto model = read_layer_model(folder.write("layerwise.json", text));
  ASSERT_TRUE(model) << to_string(model.error());
  LayerwiseRequest request;
  request.network = "resnet18";
  request.cpu = model->cpus().at(0);
  const auto prediction = predict_layers(request, *model);
  ASSERT_FALSE(prediction);
  EXPECT_THAT(prediction.error().message, HasSubstr("no finite energy"));
}

TEST(EvaluateOffline, CountsTheRowsOfUnknownGpus) {
  const TemporaryDirectory folder;
  OfflineEvaluationRequest request;
  request.tables = {made_table(folder, "lab,pytorch,cifar10,resnet18,RTX 9999,8,50000,10,100\n")};
  request.methods = {"physics"};
  const auto result = evaluate_offline(request);
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_EQ(result->evaluation.split, "configuration");
  EXPECT_EQ(result->evaluation.test_rows, 8u);
  EXPECT_EQ(result->left_out.rows, 1u);
  EXPECT_THAT(left_out_text(result->left_out), HasSubstr("1 row left out, the first at"));
  EXPECT_EQ(left_out_text({}), "");
  request.split = "source";  // there is only one: the row that was left out may be why
  EXPECT_THAT(evaluate_offline(request).error().message, HasSubstr("1 row left out"));
}

TEST(EvaluateOffline, NamesTheFieldThatIsWrong) {
  const TemporaryDirectory folder;
  OfflineEvaluationRequest good;
  good.tables = {made_table(folder)};
  const auto field_of = [&](auto change) {
    auto request = good;
    change(request);
    return evaluate_offline(request).error().where;
  };
  EXPECT_EQ(field_of([](auto& r) { r.shots = -1; }), "shots");
  EXPECT_EQ(field_of([](auto& r) { r.shots = 5; }), "shots");
  EXPECT_EQ(field_of([](auto& r) { r.split = "moon"; }), "split");
  EXPECT_EQ(field_of([](auto& r) { r.methods = {"oracle"}; }), "method");
}

}  // namespace
}  // namespace joulecast::session
