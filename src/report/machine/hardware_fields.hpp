// The fields of one GPU or CPU, shared by text and JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "hardware/catalogue.hpp"

namespace joulecast::report {

struct HardwareField {
  std::string_view key;
  /// monostate = unknown.
  std::variant<std::monostate, std::string, int, double> value;
};

/// Keys are the column names of data/hardware/gpus.csv.
[[nodiscard]] std::vector<HardwareField> fields_of(const hardware::Gpu& gpu);
[[nodiscard]] std::vector<HardwareField> fields_of(const hardware::Cpu& cpu);

}  // namespace joulecast::report
