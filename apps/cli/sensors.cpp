// joulecast sensors: what can be measured here, with a live value of each channel.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/support/command.hpp"
#include "sensors/support/sensor.hpp"

namespace joulecast::cli {
namespace {

std::function<int()> define(CLI::App&) {
  return [] {
    for (const auto* type : sensors::all_sensors()) fmt::print("{}  {}\n", type->name, type->description);
    return done;
  };
}

}  // namespace

extern const Command sensors_command{"sensors", "What can be measured on this machine", "Measure", define};

}  // namespace joulecast::cli
