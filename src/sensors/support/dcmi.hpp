// The one IPMI message that we send: DCMI "Get Power Reading" (DCMI specification 1.5, section 6.6.1).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/units.hpp"

namespace joulecast::sensors {

constexpr std::uint8_t dcmi_network_function = 0x2c;  ///< group extension
constexpr std::uint8_t dcmi_get_power_reading = 0x02;
constexpr std::array<std::uint8_t, 4> dcmi_power_request{0xdc, 0x01, 0x00,
                                                         0x00};  ///< system power statistics

struct DcmiPower {
  Watts now{0};
  std::uint32_t timestamp = 0;  ///< of the reading, by the controller's clock, s
  bool active = false;          ///< whether the controller measures at all
};

/// Nothing where the controller answers with an error or with too little.
[[nodiscard]] std::optional<DcmiPower> parse_dcmi_power(std::span<const std::uint8_t> response);

}  // namespace joulecast::sensors
