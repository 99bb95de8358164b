#include "sensors/support/dcmi.hpp"

namespace joulecast::sensors {

std::optional<DcmiPower> parse_dcmi_power(std::span<const std::uint8_t> response) {
  // completion code, group 0xdc, power now/minimum/maximum/mean (2 bytes each), time stamp (4), period (4),
  // state
  constexpr std::size_t length = 19;
  if (response.size() < length || response[0] != 0 || response[1] != 0xdc) return std::nullopt;
  DcmiPower power;
  power.now = Watts{static_cast<double>(response[2] | response[3] << 8)};
  for (std::size_t i = 0; i < 4; ++i) power.timestamp |= std::uint32_t{response[10 + i]} << (8 * i);
  power.active = (response[18] & 0x40) != 0;
  return power;
}

}  // namespace joulecast::sensors
