// Tests the answers of sensors, doctor, hardware and model, and that their errors name the wrong field.
#include <gmock/gmock.h>

#include "session/machine/describe_network.hpp"
#include "session/machine/diagnose_machine.hpp"
#include "session/machine/inspect_sensors.hpp"
#include "session/machine/look_up_hardware.hpp"
#include "support/fake_tree.hpp"

namespace joulecast::session {
namespace {
using joulecast::testing::FakeTree;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;

/// A machine without any vendor library, whose /sys is the tree.
sensors::Environment machine_of(const FakeTree& tree) {
  auto environment = sensors::real_environment();
  environment.roots.sys = tree.root();
  environment.library = [](std::string_view) { return std::string("/nonexistent/library.so"); };
  environment.variable = [](const char*) -> const char* { return nullptr; };
  return environment;
}

TEST(InspectSensors, ReadsEachChannelAndSaysWhyTheOthersAreNotUsed) {
  const auto tree = FakeTree::from_fixture("two_sockets.txt");
  const auto now =
      inspect_sensors({.sensors = {}, .gpus = {}, .between = Seconds{0.01}}, machine_of(tree)).value();
  bool seen = false;
  for (const auto& sensor : now.sensors) {
    if (sensor.type->name != "powercap") continue;
    seen = true;
    EXPECT_EQ(sensor.unused_because, "");
    EXPECT_EQ(sensor.channels.front().value, 0.0) << "the fake counter stands still";
    EXPECT_EQ(sensor.channels.front().unit, "W");
  }
  EXPECT_TRUE(seen);
  EXPECT_THAT(now.sensors, Contains(Field(&SensorNow::unused_because, HasSubstr("powercap measures it"))));
}

TEST(InspectSensors, RefusesASensorThatDoesNotExist) {
  const auto tree = FakeTree::from_fixture("two_sockets.txt");
  const auto now = inspect_sensors({.sensors = {"rapl"}, .gpus = {}}, machine_of(tree));
  EXPECT_EQ(now.error().kind, ErrorKind::invalid);
  EXPECT_EQ(now.error().where, "sensor 'rapl'");
}

TEST(DiagnoseMachine, TellsWhereEachPartsEnergyComesFrom) {
  const auto tree = FakeTree::from_fixture("two_sockets.txt");
  const auto diagnosis = diagnose_machine(machine_of(tree)).value();
  ASSERT_EQ(diagnosis.components.size(), 2U) << "a GPU that is not there is not missing";
  EXPECT_EQ(diagnosis.components[0].component, trace::Component::cpu);
  EXPECT_EQ(diagnosis.components[0].sensor, "powercap");
  EXPECT_EQ(diagnosis.sources.size(), sensors::all_sensors().size());
  for (const auto& source : diagnosis.sources)
    EXPECT_EQ(source.reason.empty(), source.state == SourceState::used) << source.type->name;
}

TEST(LookUpHardware, AnswersWithAListABoardSeveralOrACpu) {
  const auto all = std::get<HardwareList>(look_up_hardware({}).value());
  EXPECT_GT(all.gpus.size(), 100U);
  EXPECT_GT(all.cpu_count, 4000U);
  EXPECT_EQ(std::get<hardware::Gpu>(look_up_hardware({"rtx3090", {}}).value()).name, "RTX 3090");
  EXPECT_GT(std::get<GpusOfOneName>(look_up_hardware({"A100", {}}).value()).gpus.size(), 2U);
  EXPECT_EQ(std::get<hardware::Cpu>(look_up_hardware({"AMD EPYC 7742", {}}).value()).tdp, Watts{225});
  EXPECT_THAT(look_up_hardware({"RTX 3091", {}}).error().message, HasSubstr("RTX 3090"));
  EXPECT_EQ(look_up_hardware({"", "/nonexistent.json"}).error().where, "/nonexistent.json");
}

TEST(DescribeNetwork, CountsANetworkAndAStep) {
  const auto described = describe_network({.model = "resnet50",
                                           .inputs = {},
                                           .dimensions = {},
                                           .classes = 10,
                                           .batch = 4,
                                           .optimiser = "adam"})
                             .value();
  EXPECT_EQ(described.totals.parameters, 25557032 - 1000 * 2049 + 10 * 2049);
  EXPECT_EQ(described.memory.optimiser, 2 * 4 * static_cast<double>(described.totals.parameters));
  EXPECT_GT(described.step.backward_flops, described.step.forward_flops);
  EXPECT_THAT(known_networks().value().names, Contains("resnet50"));
}

TEST(DescribeNetwork, NamesTheFieldThatIsWrong) {
  NetworkRequest request;
  request.model = "vgg16";
  request.inputs = {"3x"};
  EXPECT_EQ(describe_network(request).error().where, "input");
  request.inputs = {};
  request.dimensions = {"a"};
  EXPECT_EQ(describe_network(request).error().where, "dimension");
  request.dimensions = {};
  request.batch = 0;
  EXPECT_EQ(describe_network(request).error().where, "batch");
}

}  // namespace
}  // namespace joulecast::session
