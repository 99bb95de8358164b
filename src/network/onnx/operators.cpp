#include "network/onnx/operators.hpp"

#include <algorithm>
#include <iterator>

namespace joulecast::network::onnx_reader {
namespace {

constexpr Operator known[] = {
    {"Reshape", OperatorGroup::view},
    {"Flatten", OperatorGroup::view},
    {"Squeeze", OperatorGroup::view},
    {"Unsqueeze", OperatorGroup::view},
    {"Identity", OperatorGroup::view},
    {"Transpose", OperatorGroup::movement},
    {"Concat", OperatorGroup::movement},
    {"Slice", OperatorGroup::movement},
    {"Split", OperatorGroup::movement},
    {"Pad", OperatorGroup::movement},
    {"Expand", OperatorGroup::movement},
    {"Tile", OperatorGroup::movement},
    {"Resize", OperatorGroup::movement},
    {"Upsample", OperatorGroup::movement},
    {"DepthToSpace", OperatorGroup::movement},
    {"SpaceToDepth", OperatorGroup::movement},
    {"GatherElements", OperatorGroup::movement},
    {"GatherND", OperatorGroup::movement},
    {"ScatterElements", OperatorGroup::movement},
    {"ScatterND", OperatorGroup::movement},
    {"Scatter", OperatorGroup::movement},
    {"OneHot", OperatorGroup::movement},
    {"ReverseSequence", OperatorGroup::movement},
    {"CenterCropPad", OperatorGroup::movement},
    {"Col2Im", OperatorGroup::movement},
    {"Trilu", OperatorGroup::movement},
    {"EyeLike", OperatorGroup::movement},
    {"Range", OperatorGroup::movement},
    {"ConstantOfShape", OperatorGroup::movement},
    {"Constant", OperatorGroup::movement},
    {"Shape", OperatorGroup::view},
    {"Size", OperatorGroup::view},
    {"RandomNormal", OperatorGroup::random},
    {"RandomNormalLike", OperatorGroup::random},
    {"RandomUniform", OperatorGroup::random},
    {"RandomUniformLike", OperatorGroup::random},
    {"Bernoulli", OperatorGroup::random},
    {"MaxPool", OperatorGroup::pooling, "max_pool"},
    {"AveragePool", OperatorGroup::pooling, "average_pool"},
    {"LpPool", OperatorGroup::pooling, "lp_pool"},
    {"MaxUnpool", OperatorGroup::movement},
    {"GlobalAveragePool", OperatorGroup::global_pooling},
    {"GlobalMaxPool", OperatorGroup::global_pooling, "max"},
    {"GlobalLpPool", OperatorGroup::global_pooling},
    {"ArgMax", OperatorGroup::reduction},
    {"ArgMin", OperatorGroup::reduction},
    {"TopK", OperatorGroup::reduction},
    {"CumSum", OperatorGroup::reduction},
    {"Hardmax", OperatorGroup::reduction},
    {"NegativeLogLikelihoodLoss", OperatorGroup::reduction},
    {"SoftmaxCrossEntropyLoss", OperatorGroup::reduction, "softmax"},
    {"BatchNormalization", OperatorGroup::normalisation, "batch_norm"},
    {"LayerNormalization", OperatorGroup::normalisation, "layer_norm"},
    {"SimplifiedLayerNormalization", OperatorGroup::normalisation, "layer_norm"},
    {"SkipLayerNormalization", OperatorGroup::normalisation, "layer_norm"},
    {"SkipSimplifiedLayerNormalization", OperatorGroup::normalisation, "layer_norm"},
    {"RMSNormalization", OperatorGroup::normalisation, "layer_norm"},
    {"GroupNormalization", OperatorGroup::normalisation, "group_norm"},
    {"InstanceNormalization", OperatorGroup::normalisation, "instance_norm"},
    {"MeanVarianceNormalization", OperatorGroup::normalisation, "instance_norm"},
    {"LpNormalization", OperatorGroup::normalisation, "layer_norm"},
    {"LRN", OperatorGroup::normalisation, "local_response_norm"},
    {"Softmax", OperatorGroup::normalisation, "softmax"},
    {"LogSoftmax", OperatorGroup::normalisation, "logsoftmax"},
    {"NonZero", OperatorGroup::data_dependent},
    {"NonMaxSuppression", OperatorGroup::data_dependent},
    {"Unique", OperatorGroup::data_dependent},
    {"Compress", OperatorGroup::data_dependent},
};

// clang-format off
constexpr std::string_view elementwise[] = {
    "Abs", "Acos", "Acosh", "Add", "And", "Asin", "Asinh", "Atan", "Atanh", "BiasGelu", "BitShift",
    "BitwiseAnd", "BitwiseNot", "BitwiseOr", "BitwiseXor", "Cast", "CastLike", "Ceil", "Celu", "Clip",
    "Cos", "Cosh", "DequantizeLinear", "Div", "Dropout", "DynamicQuantizeLinear", "Elu", "Equal", "Erf",
    "Exp", "FastGelu", "Floor", "Gelu", "Greater", "GreaterOrEqual", "HardSigmoid", "HardSwish", "IsInf",
    "IsNaN", "LeakyRelu", "Less", "LessOrEqual", "Log", "Max", "Mean", "Min", "Mish", "Mod", "Mul", "Neg",
    "Not", "Or", "PRelu", "Pow", "QuantizeLinear", "QuickGelu", "Reciprocal", "Relu", "RotaryEmbedding",
    "Round", "Selu", "Shrink", "Sigmoid", "Sign", "Sin", "Sinh", "Softplus", "Softsign", "Sqrt", "Sub",
    "Sum", "Swish", "Tan", "Tanh", "ThresholdedRelu", "Where", "Xor",
};
// clang-format on

}  // namespace

std::optional<Operator> find_operator(std::string_view type) {
  if (std::ranges::find(elementwise, type) != std::end(elementwise))
    return Operator{type, OperatorGroup::elementwise};
  if (type.starts_with("Reduce")) return Operator{type, OperatorGroup::reduction};
  const auto* const entry = std::ranges::find(known, type, &Operator::type);
  return entry != std::end(known) ? std::optional(*entry) : std::nullopt;
}

}  // namespace joulecast::network::onnx_reader
