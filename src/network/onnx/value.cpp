#include "network/onnx/value.hpp"

#include <algorithm>
#include <cstring>

namespace joulecast::network::onnx_reader {
namespace {

using onnx::TensorProto;

template <class Number>
std::vector<double> from_raw(const std::string& raw) {
  std::vector<double> values;
  for (std::size_t at = 0; at + sizeof(Number) <= raw.size(); at += sizeof(Number)) {
    Number number{};
    std::memcpy(&number, raw.data() + at,
                sizeof(Number));  // ONNX stores little-endian, as every host of ours is
    values.push_back(static_cast<double>(number));
  }
  return values;
}

std::vector<double> raw_values(const TensorProto& tensor) {
  switch (tensor.data_type()) {
    case TensorProto::FLOAT:
      return from_raw<float>(tensor.raw_data());
    case TensorProto::DOUBLE:
      return from_raw<double>(tensor.raw_data());
    case TensorProto::INT64:
      return from_raw<std::int64_t>(tensor.raw_data());
    case TensorProto::INT32:
      return from_raw<std::int32_t>(tensor.raw_data());
    case TensorProto::BOOL:
    case TensorProto::UINT8:
      return from_raw<std::uint8_t>(tensor.raw_data());
    default:
      return {};
  }
}

std::vector<double> stored_values(const TensorProto& tensor) {
  if (!tensor.raw_data().empty()) return raw_values(tensor);
  switch (tensor.data_type()) {
    case TensorProto::FLOAT:
      return {tensor.float_data().begin(), tensor.float_data().end()};
    case TensorProto::DOUBLE:
      return {tensor.double_data().begin(), tensor.double_data().end()};
    case TensorProto::INT64: {
      std::vector<double> values;
      for (const auto value : tensor.int64_data()) values.push_back(static_cast<double>(value));
      return values;
    }
    case TensorProto::INT32:
    case TensorProto::BOOL:
      return {tensor.int32_data().begin(), tensor.int32_data().end()};
    default:
      return {};
  }
}

}  // namespace

double Value::elements() const {
  if (!shape) return 0;
  double count = 1;
  for (const auto side : *shape) count *= static_cast<double>(side);
  return count;
}
double Value::bytes() const {
  return elements() * element_bytes(type);
}

double element_bytes(int type) {
  switch (type) {
    case TensorProto::DOUBLE:
    case TensorProto::INT64:
    case TensorProto::UINT64:
    case TensorProto::COMPLEX64:
      return 8;
    case TensorProto::COMPLEX128:
      return 16;
    case TensorProto::FLOAT16:
    case TensorProto::BFLOAT16:
    case TensorProto::INT16:
    case TensorProto::UINT16:
      return 2;
    case TensorProto::BOOL:
    case TensorProto::INT8:
    case TensorProto::UINT8:
    case 17:  // FLOAT8E4M3FN and the other 8-bit floats: IR 9
    case 18:
    case 19:
    case 20:
      return 1;
    case 21:  // UINT4, INT4: IR 10; FLOAT4E2M1: IR 11
    case 22:
    case 23:
      return 0.5;
    default:
      return 4;
  }
}

bool is_floating(int type) {
  return type == TensorProto::FLOAT || type == TensorProto::DOUBLE || type == TensorProto::FLOAT16 ||
         type == TensorProto::BFLOAT16 || (type >= 17 && type <= 20) || type == 23;
}

bool is_weight_type(int type) {
  return is_floating(type) || type == TensorProto::INT8 || type == TensorProto::UINT8 || type == 21 ||
         type == 22;
}

std::string Node::full_type() const {
  return standard() ? proto_.op_type() : proto_.domain() + "::" + proto_.op_type();
}

const onnx::AttributeProto* Node::attribute(std::string_view name) const {
  const auto& all = proto_.attribute();
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& a) { return a.name() == name; });
  return found == all.end() ? nullptr : &*found;
}
std::int64_t Node::integer(std::string_view name, std::int64_t fallback) const {
  const auto* found = attribute(name);
  return found != nullptr && found->has_i() ? found->i() : fallback;
}
std::vector<std::int64_t> Node::integers(std::string_view name) const {
  const auto* found = attribute(name);
  if (found == nullptr) return {};
  return {found->ints().begin(), found->ints().end()};
}
std::string Node::text(std::string_view name, const std::string& fallback) const {
  const auto* found = attribute(name);
  return found != nullptr && found->has_s() ? found->s() : fallback;
}

Value read_tensor(const TensorProto& tensor) {
  Value value;
  value.constant = true;
  value.type = tensor.data_type();
  Shape shape(tensor.dims().begin(), tensor.dims().end());
  const auto count = element_count(shape);
  if (!count) return value;  // impossible dimensions: the shape stays unknown
  value.shape = std::move(shape);
  if (*count <= largest_array) {
    auto values = stored_values(tensor);
    if (static_cast<std::int64_t>(values.size()) == *count)
      value.data = Array{*value.shape, std::move(values)};
  }
  if (*count > 1 || (*count == 1 && !value.shape->empty()))
    value.weights.push_back({tensor.name(), *count, value.type});
  return value;
}

}  // namespace joulecast::network::onnx_reader
