#include "network/onnx.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/files.hpp"
#include "network/named.hpp"
#include "network/onnx/library.hpp"
#include "support/temporary_directory.hpp"

namespace joulecast::network {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

Result<ArchitectureFeatures> fixture(const std::string& name, const OnnxOptions& options = {}) {
  return read_onnx(fs::path(JOULECAST_FIXTURES) / "onnx" / (name + ".onnx"), options);
}
std::string reason(const std::string& name, const OnnxOptions& options = {}) {
  const auto read = fixture(name, options);
  return read ? "read" : read.error().message;
}
double macs(const ArchitectureFeatures& network, LayerKind kind) {
  double sum = 0;
  for (const auto& layer : network.layers) sum += layer.kind == kind ? layer.macs : 0;
  return sum;
}

// Files from PyTorch's exporters (tests/fixtures/onnx/generate.py). They store equal initial weights once and
// fold batch normalisation for inference. So some published parameters may be missing, up to 1.5 % of a small
// network.
struct Exported {
  const char* file;
  const char* network;
};
class ExportedOnnx : public ::testing::TestWithParam<Exported> {};
TEST_P(ExportedOnnx, AgreesWithTheDescription) {
  const auto read = fixture(GetParam().file);
  ASSERT_TRUE(read) << to_string(read.error());
  const auto described = totals(build_named(GetParam().network).value());
  const auto sum = totals(*read);
  EXPECT_NEAR(sum.macs / described.macs, 1, 1e-6);
  EXPECT_NEAR(static_cast<double>(sum.parameters) / static_cast<double>(described.parameters), 1, 0.015);
  EXPECT_EQ(read->depth, build_named(GetParam().network)->depth);
  EXPECT_EQ(uncounted_share(*read), 0);
}
INSTANTIATE_TEST_SUITE_P(PyTorch, ExportedOnnx,
                         ::testing::Values(Exported{"resnet50_opset9", "resnet50"},
                                           Exported{"resnet50_opset17", "resnet50"},
                                           Exported{"resnet50_training_opset13", "resnet50"},
                                           Exported{"mobilenet_v2_opset21", "mobilenet_v2"},
                                           Exported{"vit_b_16_opset17", "vit_b_16"}));

TEST(Onnx, TrainingExportAgreesInEveryFigure) {
  // The same network in two ways: through libonnx's shapes and through our description.
  const auto read = fixture("resnet50_training_opset13").value();
  const auto described = build_named("resnet50").value();
  const auto a = totals(read);
  const auto b = totals(described);
  EXPECT_EQ(read.batch, 4);
  EXPECT_EQ(a.parameters, b.parameters);
  EXPECT_NEAR(a.saved_bytes / b.saved_bytes, 1, 1e-3);
  EXPECT_NEAR(a.backward_flops / b.backward_flops, 1, 1e-2);
  EXPECT_NEAR(a.traffic_bytes / b.traffic_bytes, 1, 2e-2);
  EXPECT_TRUE(read.notes.empty());
  EXPECT_THAT(fixture("resnet50_opset17")->notes, ::testing::Contains(HasSubstr("folded")));
}

TEST(Onnx, FollowsShapesThatTheGraphComputes) {
  const auto read = fixture("encoder_opset17", {.dimensions = {{"tokens", 20}}}).value();
  // 2 layers, 20 tokens of 64 features, 256 hidden: 12 x 64^2 weights each, products of 20 x 20 x 64 twice;
  // the head.
  EXPECT_DOUBLE_EQ(macs(read, LayerKind::dense), 20 * (2 * 12 * 64 * 64 + 64 * 10));
  EXPECT_DOUBLE_EQ(macs(read, LayerKind::attention), 2 * 2 * 20 * 20 * 64);
  EXPECT_TRUE(read.uncounted.empty());
  EXPECT_EQ(reason("encoder_opset17"),
            "input 'ids' has a side 1 of open size ('tokens'): give it as --dimension tokens=N");
  EXPECT_EQ(totals(fixture("encoder_opset17", {.input = Shape{20}}).value()).macs, totals(read).macs);
  EXPECT_EQ(totals(fixture("encoder_opset17", {.input_shapes = {{"ids", {1, 20}}}}).value()).macs,
            totals(read).macs);
}

TEST(Onnx, CountsRecurrentLayers) {
  const auto read = fixture("lstm_opset14", {.input = Shape{20}}).value();
  // Two bidirectional layers of 128 on 64 and 256 features: 4 gates.
  EXPECT_DOUBLE_EQ(macs(read, LayerKind::recurrent), 20 * 2 * 4 * 128 * (64 + 128 + 256 + 128.0));
  EXPECT_EQ(totals(read).parameters, 64000 + 2 * 512 * (64 + 128 + 2) + 2 * 512 * (256 + 128 + 2) + 2570);
}

TEST(Onnx, TakesAnotherInputSize) {
  const auto small = totals(fixture("resnet50_opset17", {.input = Shape{3, 128, 128}}).value());
  EXPECT_NEAR(small.macs, totals(build_named("resnet50", {.input = Shape{3, 128, 128}}).value()).macs, 1);
  EXPECT_EQ(reason("resnet50_opset17", {.input = Shape{128}}),
            "input 'image' has 4 dimensions with the batch, and 128 are given");
  EXPECT_EQ(reason("resnet50_opset17", {.input_shapes = {{"picture", {1, 3, 8, 8}}}}),
            "has no input 'picture'");
}

TEST(Onnx, CountsWhatControlFlowRuns) {
  constexpr double dense = 8 * 4;
  EXPECT_DOUBLE_EQ(totals(fixture("dense").value()).macs, dense);
  const auto dearer = fixture("if").value();
  EXPECT_DOUBLE_EQ(totals(dearer).macs, 8 * 40);
  EXPECT_THAT(dearer.notes, ::testing::Contains(HasSubstr("dearer branch")));
  EXPECT_DOUBLE_EQ(totals(fixture("if_known").value()).macs, dense);
  EXPECT_DOUBLE_EQ(totals(fixture("loop").value()).macs, 5 * 8 * 8);
  EXPECT_EQ(totals(fixture("loop").value()).parameters, 64);
  EXPECT_THAT(fixture("loop_unknown")->notes, ::testing::Contains(HasSubstr("counted once")));
  EXPECT_DOUBLE_EQ(totals(fixture("scan").value()).macs, 7 * dense);
  const auto function = fixture("function").value();
  EXPECT_DOUBLE_EQ(totals(function).macs, dense + 8);
  EXPECT_EQ(function.depth, 2);
}

TEST(Onnx, ReportsWhatItCannotCount) {
  const auto read = fixture("custom").value();
  EXPECT_DOUBLE_EQ(totals(read).macs, 32);
  EXPECT_EQ(totals(read).parameters, 132);
  EXPECT_NEAR(uncounted_share(read), 2.0 / 3, 1e-12);  // the operator, and what reads its output
  ASSERT_EQ(read.uncounted.size(), 2U);
  EXPECT_EQ(read.uncounted[1].operation, "lab::Magic");
  EXPECT_EQ(read.uncounted[1].reason, "a custom operator");
  EXPECT_EQ(read.uncounted[1].parameters, 100);
}

TEST(Onnx, FindsWeightsWhereverTheyAre) {
  for (const auto* name : {"dense", "external", "quantised", "constant_weights", "unsorted"}) {
    const auto sum = totals(fixture(name).value());
    EXPECT_EQ(sum.parameters, 32) << name;
    EXPECT_DOUBLE_EQ(sum.macs, 32) << name;
  }
}

TEST(Onnx, KnowsOperatorsNewerThanTheLibrary) {
  const auto read = fixture("opset21").value();
  EXPECT_TRUE(read.uncounted.empty());
  EXPECT_EQ(read.layers[0].output, (Shape{1}));     // ReduceMean with its axes as an input
  EXPECT_EQ(read.layers[1].output, (Shape{1, 4}));  // Split by num_outputs
  EXPECT_EQ(read.layers[2].output, (Shape{1, 4}));  // Gelu
  EXPECT_THAT(read.notes, ::testing::ElementsAre(HasSubstr("IR version 10 and operator set 21")));
}

TEST(Onnx, SaysInOneLineWhatIsWrongWithAFile) {
  EXPECT_EQ(reason("cyclic"), "node 'first' (Add) stands in a cycle");
  EXPECT_EQ(reason("dangling"), "node 'lost' (Relu) reads 'nowhere', which nothing provides");
  const auto whole = read_file(fs::path(JOULECAST_FIXTURES) / "onnx" / "dense.onnx").value();
  const auto parsed = [](std::string_view bytes) { return parse_onnx(bytes, "m").error(); };
  EXPECT_EQ(to_string(parsed("")), "m: is not an ONNX model, or is cut short");
  EXPECT_EQ(parsed("\x89PNG\r\n").kind, ErrorKind::malformed);
  EXPECT_EQ(to_string(parsed(std::string_view(whole).substr(0, whole.size() - 3))),
            "m: is not an ONNX model, or is cut short");
  EXPECT_EQ(to_string(parsed(std::string_view("\x08\x07", 2))), "m: holds no graph: is it an ONNX model?");
  EXPECT_EQ(read_onnx("/nonexistent.onnx").error().kind, ErrorKind::unavailable);
  EXPECT_EQ(read_onnx("/").error().message, "is not a file");
}

// Models that no exporter writes.
class Model {
 public:
  Model() {
    proto_.set_ir_version(8);
    auto* opset = proto_.add_opset_import();
    opset->set_version(17);
    input("x", {1, 8});
  }
  void input(const std::string& name, const Shape& shape) {
    auto* info = proto_.mutable_graph()->add_input();
    info->set_name(name);
    info->mutable_type()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::FLOAT);
    for (const auto side : shape)
      info->mutable_type()->mutable_tensor_type()->mutable_shape()->add_dim()->set_dim_value(side);
  }
  onnx::NodeProto* node(const std::string& type, const std::vector<std::string>& inputs,
                        const std::string& output) {
    auto* node = proto_.mutable_graph()->add_node();
    node->set_op_type(type);
    for (const auto& name : inputs) node->add_input(name);
    node->add_output(output);
    return node;
  }
  void initializer(const std::string& name, const Shape& shape) {
    auto* tensor = proto_.mutable_graph()->add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(onnx::TensorProto::FLOAT);
    for (const auto side : shape) tensor->add_dims(side);
  }
  onnx::ModelProto& proto() { return proto_; }
  [[nodiscard]] Result<ArchitectureFeatures> read() const {
    return parse_onnx(proto_.SerializeAsString(), "m");
  }

 private:
  onnx::ModelProto proto_;
};

void set_int(onnx::NodeProto* node, const std::string& name, std::int64_t value) {
  auto* attribute = node->add_attribute();
  attribute->set_name(name);
  attribute->set_type(onnx::AttributeProto::INT);
  attribute->set_i(value);
}

void set_text(onnx::NodeProto* node, const std::string& name, const std::string& value) {
  auto* attribute = node->add_attribute();
  attribute->set_name(name);
  attribute->set_type(onnx::AttributeProto::STRING);
  attribute->set_s(value);
}

void set_ints(onnx::NodeProto* node, const std::string& name, const std::vector<std::int64_t>& values) {
  auto* attribute = node->add_attribute();
  attribute->set_name(name);
  attribute->set_type(onnx::AttributeProto::INTS);
  for (const auto value : values) attribute->add_ints(value);
}

/// What an Einsum of inputs of these shapes writes and multiplies; nothing where it is not counted.
struct Einsum {
  Shape output;
  double macs = 0;
  bool operator==(const Einsum&) const = default;
};
std::optional<Einsum> einsum(const std::string& equation, const std::vector<Shape>& shapes) {
  Model model;
  std::vector<std::string> names;
  for (const auto& shape : shapes) {
    names.push_back("operand" + std::to_string(names.size()));
    model.input(names.back(), shape);
  }
  set_text(model.node("Einsum", names, "y"), "equation", equation);
  const auto read = model.read().value();
  if (read.layers.empty()) return std::nullopt;
  return Einsum{read.layers.front().output, totals(read).macs * static_cast<double>(read.batch)};
}

// Shapes and sums as numpy.einsum and numpy.einsum_path have them.
TEST(OnnxEinsum, CountsProductsHoweverTheyAreWritten) {
  const auto is = [](Shape output, double macs) { return std::optional(Einsum{std::move(output), macs}); };
  EXPECT_EQ(einsum("ij,jk->ik", {{2, 3}, {3, 5}}), is({2, 5}, 30));
  EXPECT_EQ(einsum("ij,jk", {{2, 3}, {3, 5}}), is({2, 5}, 30)) << "without an arrow";
  EXPECT_EQ(einsum("kj,ij", {{2, 3}, {5, 3}}), is({5, 2}, 30)) << "letters in alphabetical order";
  EXPECT_EQ(einsum(" b h q d , b h k d -> b h q k ", {{2, 4, 6, 8}, {2, 4, 5, 8}}), is({2, 4, 6, 5}, 1920));
  EXPECT_EQ(einsum("...qd,...kd->...qk", {{2, 4, 6, 8}, {2, 4, 5, 8}}), is({2, 4, 6, 5}, 1920));
  EXPECT_EQ(einsum("...ij,jk->...ik", {{7, 2, 3}, {3, 5}}), is({7, 2, 5}, 210)) << "ellipsis of nothing";
  EXPECT_EQ(einsum("i...,i...->...", {{2, 1, 5}, {2, 4, 5}}), is({4, 5}, 40)) << "broadcast";
  EXPECT_EQ(einsum("i,j->ij", {{2}, {3}}), is({2, 3}, 6)) << "outer product";
  EXPECT_EQ(einsum("ijx,jk->ik", {{2, 3, 9}, {3, 5}}), is({2, 5}, 30)) << "x is summed before";
  EXPECT_EQ(einsum("ij,jk,kl->il", {{2, 3}, {3, 5}, {5, 7}}), is({2, 7}, 30 + 70)) << "from the left";
  EXPECT_EQ(einsum("ij->ji", {{2, 3}}), is({3, 2}, 0));
  EXPECT_EQ(einsum("ii->i", {{4, 4}}), is({4}, 0)) << "a diagonal";
}

TEST(OnnxEinsum, CountsNothingThatDoesNotFit) {
  for (const auto* equation :
       {"", "ij", "ij,jk,kl", "ij,jk->iz", "ij,jk->ii", "ijk,jk->i", "i1,jk->i", "ij,ik->jk"})
    EXPECT_EQ(einsum(equation, {{2, 3}, {3, 5}}), std::nullopt) << equation;
}

/// A node of ONNX Runtime's own operators.
onnx::NodeProto* runtime_node(Model& model, const std::string& type, const std::vector<std::string>& inputs) {
  auto* node = model.node(type, inputs, "y");
  node->set_domain("com.microsoft");
  return node;
}

TEST(OnnxAttention, CountsTheStandardOperator) {
  // 4 dimensions with two key heads for each of four; a cache of 10 earlier tokens.
  Model model;
  model.proto().mutable_opset_import(0)->set_version(23);
  model.input("q", {1, 4, 6, 8});
  for (const auto* name : {"k", "v"}) model.input(name, {1, 2, 6, 8});
  for (const auto* name : {"past_k", "past_v"}) model.input(name, {1, 2, 10, 8});
  model.node("Attention", {"q", "k", "v", "", "past_k", "past_v"}, "y");
  auto read = model.read().value();
  ASSERT_TRUE(read.uncounted.empty()) << read.uncounted.front().reason;
  EXPECT_EQ(read.layers.front().output, (Shape{1, 4, 6, 8}));
  EXPECT_DOUBLE_EQ(totals(read).macs, 4 * 6 * 16 * (8 + 8));
  EXPECT_EQ(read.layers.front().kind, LayerKind::attention);

  Model flat;
  flat.input("q", {1, 6, 32});
  for (const auto* name : {"k", "v"}) flat.input(name, {1, 5, 32});
  auto* node = flat.node("Attention", {"q", "k", "v"}, "y");
  set_int(node, "q_num_heads", 4);
  set_int(node, "kv_num_heads", 4);
  read = flat.read().value();
  EXPECT_EQ(read.layers.front().output, (Shape{1, 6, 32}));
  EXPECT_DOUBLE_EQ(totals(read).macs, 2 * 6 * 5 * 32);
}

TEST(OnnxAttention, CountsOnnxRuntimesWithItsProjections) {
  Model model;
  model.input("tokens", {1, 16, 64});
  model.initializer("w", {64, 192});
  model.initializer("b", {192});
  set_int(runtime_node(model, "Attention", {"tokens", "w", "b"}), "num_heads", 4);
  const auto read = model.read().value();
  ASSERT_TRUE(read.uncounted.empty()) << read.uncounted.front().reason;
  EXPECT_DOUBLE_EQ(totals(read).macs, 16 * 64 * 192 + 2 * 16 * 16 * 64);
  EXPECT_DOUBLE_EQ(macs(read, LayerKind::attention), 2 * 16 * 16 * 64);
  EXPECT_EQ(totals(read).parameters, 64 * 192 + 192);
  EXPECT_EQ(read.layers.front().output, (Shape{1, 16, 64}));
}

TEST(OnnxAttention, CountsPackedAndGroupedHeads) {
  Model packed;  // 8 heads of 16 with 2 heads for keys and 2 for values
  packed.input("qkv", {1, 32, (8 + 2 + 2) * 16});
  auto* node = runtime_node(packed, "GroupQueryAttention", {"qkv", "", ""});
  set_int(node, "num_heads", 8);
  set_int(node, "kv_num_heads", 2);
  auto read = packed.read().value();
  EXPECT_DOUBLE_EQ(totals(read).macs, 8 * 32 * 32 * 2 * 16);
  EXPECT_EQ(read.layers.front().output, (Shape{1, 32, 128}));

  Model cross;
  cross.input("q", {1, 6, 32});
  for (const auto* name : {"k", "v"}) cross.input(name, {1, 9, 32});
  set_int(runtime_node(cross, "MultiHeadAttention", {"q", "k", "v"}), "num_heads", 4);
  EXPECT_DOUBLE_EQ(totals(cross.read().value()).macs, 2 * 6 * 9 * 32);
}

TEST(OnnxAttention, CountsNothingThatDoesNotFit) {
  Model model;
  model.input("q", {1, 6, 32});
  set_int(runtime_node(model, "MultiHeadAttention", {"q", "q", "q"}), "num_heads", 5);
  EXPECT_EQ(uncounted_share(model.read().value()), 1);
  Model without;
  without.input("q", {1, 6, 32});
  runtime_node(without, "GroupQueryAttention", {"q"});
  EXPECT_EQ(uncounted_share(without.read().value()), 1);
}

TEST(OnnxRuntime, CountsFusedOperators) {
  Model convolution;
  convolution.input("image", {1, 3, 9, 9});
  convolution.initializer("w", {4, 3, 3, 3});
  convolution.initializer("b", {4});
  auto* node = runtime_node(convolution, "FusedConv", {"image", "w", "b"});
  set_text(node, "activation", "Relu");
  set_ints(node, "strides", {2, 2});
  auto read = convolution.read().value();
  ASSERT_TRUE(read.uncounted.empty()) << read.uncounted.front().reason;
  EXPECT_EQ(read.layers.front().output, (Shape{1, 4, 4, 4}));
  EXPECT_DOUBLE_EQ(totals(read).macs, 16 * 4 * 27);
  EXPECT_EQ(totals(read).parameters, 112);

  Model turned;  // [5, 6] turned x [7, 5] turned
  turned.input("a", {1, 5, 6});
  turned.initializer("w", {7, 5});
  node = runtime_node(turned, "FusedMatMul", {"a", "w"});
  set_int(node, "transA", 1);
  set_int(node, "transB", 1);
  read = turned.read().value();
  EXPECT_EQ(read.layers.front().output, (Shape{1, 6, 7}));
  EXPECT_DOUBLE_EQ(totals(read).macs, 5 * 6 * 7);
}

TEST(OnnxRuntime, CountsTheWeightsInPackedOnes) {
  Model model;  // 4 bits: 64 numbers in blocks of 32 make 2 x 16 bytes
  model.input("tokens", {1, 10, 64});
  model.initializer("w", {48, 2, 16});
  model.proto().mutable_graph()->mutable_initializer(0)->set_data_type(onnx::TensorProto::UINT8);
  model.initializer("scales", {48 * 2});
  auto* node = runtime_node(model, "MatMulNBits", {"tokens", "w", "scales"});
  for (const auto& [name, value] : {std::pair{"K", 64}, {"N", 48}, {"bits", 4}, {"block_size", 32}})
    set_int(node, name, value);
  const auto read = model.read().value();
  EXPECT_EQ(read.layers.front().output, (Shape{1, 10, 48}));
  EXPECT_DOUBLE_EQ(totals(read).macs, 10 * 64 * 48);
  EXPECT_EQ(totals(read).parameters, 64 * 48);
  EXPECT_DOUBLE_EQ(totals(read).weight_bytes, 64 * 48 / 2 + 4 * 96);
}

TEST(HostileOnnx, ImpossibleAttributesAreNotCounted) {
  for (const auto& [name, values] :
       std::vector<std::pair<std::string, std::vector<std::int64_t>>>{{"strides", {0, 0}},
                                                                      {"dilations", {-1, 1}},
                                                                      {"kernel_shape", {0, 0}},
                                                                      {"strides", {INT64_MAX, INT64_MIN}}}) {
    Model model;
    model.input("image", {1, 3, 8, 8});
    model.initializer("w", {4, 3, 3, 3});
    set_ints(model.node("Conv", {"image", "w"}, "y"), name, values);
    const auto read = model.read();
    ASSERT_TRUE(read) << to_string(read.error());
    EXPECT_EQ(uncounted_share(*read), 1) << name;
    EXPECT_EQ(totals(*read).parameters, 108);
  }
  Model model;
  set_ints(model.node("Transpose", {"x"}, "y"), "perm", {-5, 700});
  EXPECT_EQ(uncounted_share(model.read().value()), 1);
}

TEST(HostileOnnx, ImpossibleDimensionsDoNotOverflow) {
  Model model;
  model.initializer("w", {INT64_MAX, INT64_MAX});
  model.initializer("v", {-4, 8});
  model.node("MatMul", {"x", "w"}, "y");
  model.node("MatMul", {"x", "v"}, "z");
  const auto read = model.read();
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->uncounted.size(), 1U);
}

TEST(HostileOnnx, FunctionsThatCallThemselvesEnd) {
  Model model;
  auto* call = model.node("F", {"x"}, "y");
  call->set_domain("local");
  auto* function = model.proto().add_functions();
  function->set_domain("local");
  function->set_name("F");
  function->add_input("a");
  function->add_output("b");
  for (int i = 0; i < 10; ++i) {
    auto* inner = function->add_node();
    inner->set_domain("local");
    inner->set_op_type("F");
    inner->add_input("a");
    inner->add_output(i == 0 ? "b" : fmt::format("c{}", i));
  }
  EXPECT_THAT(model.read().error().message, HasSubstr("nested too deeply"));
}

TEST(HostileOnnx, NamesThatAreDefinedTwiceAreRefused) {
  Model model;
  model.node("Relu", {"x"}, "y");
  model.node("Abs", {"x"}, "y");
  EXPECT_THAT(model.read().error().message, HasSubstr("'y' is defined twice"));
}

TEST(HostileOnnx, DeepNestingIsRefused) {
  Model model;
  auto* node = model.node("If", {"x"}, "y");
  for (int i = 0; i < 200; ++i) {
    auto* attribute = node->add_attribute();
    attribute->set_name("then_branch");
    node = attribute->mutable_g()->add_node();
    node->set_op_type("If");
  }
  EXPECT_EQ(model.read().error().kind, ErrorKind::malformed);
}

// Debian's libonnx-testdata, with which the ONNX project tests implementations. The outputs that it declares
// are an independent reference for the shapes.
TEST(OnnxTestdata, EveryModelIsReadAndShapesAgree) {
  const fs::path root = "/usr/share/libonnx-testdata/data";
  if (!fs::is_directory(root)) GTEST_SKIP() << "libonnx-testdata is not installed";
  int models = 0, counted = 0, compared = 0;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.path().filename() != "model.onnx") continue;
    ++models;
    const auto bytes = read_file(entry.path()).value();
    const auto read = parse_onnx(bytes, entry.path().string());
    if (!read) {  // its input's shape is open, on purpose
      EXPECT_THAT(read.error().message, HasSubstr("open size")) << entry.path();
      continue;
    }
    if (!read->uncounted.empty() || read->layers.empty()) continue;
    ++counted;
    onnx::ModelProto model;
    ASSERT_TRUE(model.ParseFromString(bytes));
    if (model.graph().node_size() != 1 || model.graph().output_size() == 0 || model.functions_size() > 0)
      continue;
    const auto& type = model.graph().output(0).type().tensor_type();
    Shape declared;
    for (const auto& dim : type.shape().dim()) declared.push_back(dim.dim_value());
    const bool open = std::ranges::any_of(declared, [](auto side) { return side <= 0; }) ||
                      model.graph().node(0).output(0).empty();
    if (open || read->layers.size() != 1) continue;
    ++compared;
    EXPECT_EQ(read->layers.front().output, declared) << entry.path();
  }
  EXPECT_GT(models, 900);
  EXPECT_GT(counted, models * 3 / 4);
  EXPECT_GT(compared, 500);
}

}  // namespace
}  // namespace joulecast::network
