// Every operator of libonnx in every version, with random operands and attributes. Whatever the shape rule
// computes, it must not read out of bounds. Shapes are small, so that ranks and sizes often fit by chance.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

#include "network/onnx/schema.hpp"
#include "network/onnx/value.hpp"

namespace joulecast::network::onnx_reader {
namespace {

using onnx::AttributeProto;
using onnx::OpSchema;
using onnx::TensorProto;

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t n) { return random_() % n; }
  std::int64_t number() {
    static constexpr std::array<std::int64_t, 14> numbers{0, 1,  1,  2,  2,       3,         4,
                                                          8, -1, -2, -5, 1 << 20, INT64_MAX, INT64_MIN};
    return numbers[below(below(3) == 0 ? numbers.size() : 8)];
  }
  Value value() {
    Value value;
    static constexpr std::array types{TensorProto::FLOAT, TensorProto::FLOAT,    TensorProto::INT64,
                                      TensorProto::INT64, TensorProto::INT32,    TensorProto::BOOL,
                                      TensorProto::INT8,  TensorProto::UNDEFINED};
    value.type = types[below(types.size())];
    if (below(8) == 0) return value;
    value.shape = Shape(below(6));
    for (auto& side : *value.shape) side = static_cast<std::int64_t>(below(5));
    const auto count = element_count(*value.shape).value_or(0);
    if (below(2) == 0 && count < 100) {
      value.data = Array{*value.shape, {}};
      for (std::int64_t i = 0; i < count; ++i) value.data->values.push_back(static_cast<double>(number()));
    }
    return value;
  }
  void fill(AttributeProto& attribute, const OpSchema::Attribute& declared) {
    attribute.set_name(declared.name);
    attribute.set_type(declared.type);
    switch (declared.type) {
      case AttributeProto::INT:
        attribute.set_i(number());
        break;
      case AttributeProto::FLOAT:
        attribute.set_f(static_cast<float>(number()));
        break;
      case AttributeProto::STRING:
        attribute.set_s(text());
        break;
      case AttributeProto::INTS:
        for (auto n = below(6); n > 0; --n) attribute.add_ints(number());
        break;
      case AttributeProto::FLOATS:
        for (auto n = below(6); n > 0; --n) attribute.add_floats(static_cast<float>(number()));
        break;
      case AttributeProto::TENSOR:
        attribute.mutable_t()->set_data_type(TensorProto::INT64);
        for (auto n = below(3); n > 0; --n)
          attribute.mutable_t()->add_dims(static_cast<std::int64_t>(below(3)));
        if (below(2) == 0) attribute.mutable_t()->add_int64_data(number());
        break;
      default:
        break;
    }
  }

 private:
  std::string text() {
    static const std::array<std::string, 10> texts{
        "",   "NOTSET",   "SAME_UPPER", "VALID",         "ij,jk->ik",
        "->", "...ij,jk", "linear",     "bidirectional", "\xFF\xFE,,->"};
    return texts[below(texts.size())];
  }
  std::mt19937 random_;
};

TEST(EveryOperator, SurvivesRandomOperands) {
  constexpr int trials = 60;
  int with_shape = 0;
  unsigned seed = 20260201;
  for (const auto& schema : onnx::OpSchemaRegistry::get_all_schemas_with_history()) {
    Generator random(++seed);
    for (int trial = 0; trial < trials; ++trial) {
      onnx::NodeProto proto;
      proto.set_op_type(schema.Name());
      proto.set_domain(schema.domain());
      const auto least = static_cast<std::size_t>(schema.min_input());
      const auto most = static_cast<std::size_t>(std::min(schema.max_input(), schema.min_input() + 4));
      std::vector<Value> values(least + random.below(most - least + 1));
      Inputs inputs;
      for (auto& value : values) {
        value = random.value();
        proto.add_input("x");
        inputs.push_back(random.below(20) == 0 ? nullptr : &value);
      }
      for (int i = std::max(1, schema.min_output()); i > 0; --i) proto.add_output("y" + std::to_string(i));
      for (const auto& [name, declared] : schema.attributes())
        if (declared.required || random.below(2) == 0) random.fill(*proto.add_attribute(), declared);
      const Node node(proto);
      const auto outputs = infer_outputs(node, inputs, schema.SinceVersion());
      ASSERT_EQ(outputs.size(), static_cast<std::size_t>(proto.output_size())) << schema.Name();
      for (const auto& output : outputs)
        EXPECT_TRUE(!output.shape || element_count(*output.shape)) << schema.Name();
      with_shape += outputs.front().shape ? 1 : 0;
      const auto evaluated = evaluate(node, inputs).value_or(Array{{0}, {}});
      EXPECT_EQ(element_count(evaluated.shape), static_cast<std::int64_t>(evaluated.values.size()))
          << schema.Name();
      const auto counted = count_node(node, inputs, outputs).value_or(Counted{});
      EXPECT_GE(counted.layer.flops, 0) << schema.Name();
    }
  }
  EXPECT_GT(with_shape, 3000);  // otherwise the operands never fit and nothing was tested
}

}  // namespace
}  // namespace joulecast::network::onnx_reader
