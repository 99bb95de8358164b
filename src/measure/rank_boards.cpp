#include "measure/rank_boards.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "sensors/support/file_sensor.hpp"
#include "sensors/support/gpu_cards.hpp"

namespace joulecast::measure {
namespace {

using progress::SeenBoards;
using sensors::Environment;
using sensors::Sensor;

constexpr std::array lists = {"CUDA_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES",
                              "CUDA_DEVICE_ORDER"};
/// Of a node, and more: what goes beyond is not believed.
constexpr int most_boards = 1024;

/// Of CUDA's list, which ends at its first entry that is none; nothing where it is not set, or has UUIDs.
std::optional<std::vector<std::size_t>> numbers_in(const SeenBoards& boards) {
  const auto list = boards.variables.find("CUDA_VISIBLE_DEVICES");
  if (list == boards.variables.end()) return std::nullopt;
  std::vector<std::size_t> numbers;
  for (const auto entry : split(list->second, ',')) {
    const auto number = parse_uint(trim(entry));
    if (trim(entry).starts_with("GPU-") || trim(entry).starts_with("MIG-")) return std::nullopt;
    if (!number) break;
    numbers.push_back(static_cast<std::size_t>(*number));
  }
  return numbers;
}

bool chooses(const SeenBoards& boards) {
  return std::ranges::any_of(lists, [&](std::string_view list) {
    return list.ends_with("VISIBLE_DEVICES") && boards.variables.contains(std::string(list));
  });
}

/// The environment of the other rank, as far as it chooses boards.
Environment of_rank(Environment environment, const SeenBoards& theirs) {
  environment.variable = [own = std::move(environment.variable),
                          variables = theirs.variables](const char* name) -> const char* {
    if (const auto found = variables.find(name); found != variables.end()) return found->second.c_str();
    if (std::ranges::find(lists, std::string_view(name)) != lists.end()) return nullptr;
    return own ? own(name) : nullptr;
  };
  environment.gpus = theirs.named;
  environment.local_ranks = 1;
  return environment;
}

std::set<std::string> gpus_of(const Sensor& sensor) {
  std::set<std::string> devices;
  for (const auto& channel : sensor.channels())
    if (channel.component == trace::Component::gpu) devices.insert(channel.device);
  return devices;
}

/// A rank whose list leaves it no board adds none.
Result<std::unique_ptr<Sensor>> open_without(const sensors::SensorType& type, const Environment& environment,
                                             const std::vector<SeenBoards>& ranks,
                                             const std::vector<std::string>& known) {
  std::set<std::string> fresh;
  for (const auto& rank : ranks) {
    const auto opened = type.open(of_rank(environment, rank));
    if (!opened && opened.error().kind != ErrorKind::unavailable) return propagate(opened.error());
    if (opened) fresh.merge(gpus_of(**opened));
  }
  for (const auto& device : known) fresh.erase(device);
  if (fresh.empty()) return fail(ErrorKind::unavailable, std::string(type.name), "no other GPU");
  auto narrowed = environment;
  narrowed.gpus.assign(fresh.begin(), fresh.end());
  return type.open(narrowed);
}

Result<std::unique_ptr<Sensor>> never_open(const Environment&) {
  return fail(ErrorKind::unavailable, std::string(hidden_boards_name), "");
}

const sensors::SensorType hidden_boards_type{.name = hidden_boards_name,
                                             .description = "boards of other ranks that this one cannot see",
                                             .lane = sensors::Lane::slow,
                                             .shortest_interval = Seconds{60},
                                             .probe = nullptr,
                                             .open = never_open};

}  // namespace

SeenBoards seen_boards(const Environment& environment) {
  SeenBoards seen;
  for (const char* name : lists)
    if (const char* value = environment.variable ? environment.variable(name) : nullptr)
      seen.variables[name] = value;
  seen.named = environment.gpus;
  for (const auto& file : sensors::entries(environment.roots.dev, "nvidia")) {
    const auto number = parse_uint(file.filename().string().substr(6));  // nvidia0, not nvidiactl
    // The files of all boards are there, and those of others cannot be opened. Opening one wakes its board.
    if (number && *number < most_boards && ::access(file.c_str(), R_OK | W_OK) == 0)
      seen.nvidia.push_back(static_cast<int>(*number));
  }
  std::ranges::sort(seen.nvidia);
  return seen;
}

std::vector<int> hidden_from(const SeenBoards& own, const SeenBoards& theirs) {
  auto used = theirs.nvidia;
  if (const auto numbers = numbers_in(theirs)) {
    used.clear();
    for (const auto number : *numbers)
      if (number < theirs.nvidia.size()) used.push_back(theirs.nvidia[number]);
  }
  std::vector<int> hidden;
  for (const int board : used)
    if (board >= 0 && board < most_boards && std::ranges::find(own.nvidia, board) == own.nvidia.end() &&
        std::ranges::find(hidden, board) == hidden.end())
      hidden.push_back(board);
  return hidden;
}

bool may_lead_further(const SeenBoards& own, const SeenBoards& theirs) {
  const bool sees_all = own.named.empty() && !chooses(own);
  if (sees_all && own.nvidia == theirs.nvidia) return false;
  // A user who names boards to this rank leaves the others out, unless he names some to another rank.
  if (!own.named.empty() && theirs.named.empty()) return false;
  if (own.variables == theirs.variables && own.named == theirs.named) return false;
  return own.nvidia == theirs.nvidia || !theirs.named.empty() || !numbers_in(theirs);
}

sensors::Opening open_boards(const sensors::SensorType& type, const Environment& environment,
                             std::vector<SeenBoards> ranks, std::vector<std::string> known) {
  return {type, environment,
          [&type, ranks = std::move(ranks), known = std::move(known)](const Environment& own) {
            return open_without(type, own, ranks, known);
          }};
}

std::vector<std::string> unnamed_boards(std::span<const trace::Channel> channels, const SeenBoards& own,
                                        std::span<const SeenBoards> others) {
  std::set<std::string> named;  // as channels are, before "_energy"
  const auto take = [&](const SeenBoards& boards) {
    const auto numbers = numbers_in(boards);
    if (!numbers || !boards.named.empty() || boards.nvidia != own.nvidia) return false;
    for (const auto number : *numbers) named.insert(fmt::format("gpu{}", number));
    return true;
  };
  if (!take(own) || !std::ranges::all_of(others, take)) return {};
  std::vector<std::string> unnamed;
  for (const auto& channel : channels)
    if (channel.sensor == "nvml" && !named.contains(channel.name.substr(0, channel.name.find('_'))) &&
        std::ranges::find(unnamed, channel.device) == unnamed.end())
      unnamed.push_back(channel.device);
  return unnamed;
}

sensors::Opening open_hidden_boards(std::vector<int> nvidia, const Environment& environment,
                                    const std::string& rank) {
  return {hidden_boards_type, environment,
          [nvidia = std::move(nvidia), rank](const Environment&) -> Result<std::unique_ptr<Sensor>> {
            std::vector<trace::Channel> channels;
            for (const int board : nvidia) {
              auto channel = sensors::gpu_channel("nvml", "nvidia", static_cast<std::size_t>(board),
                                                  fmt::format("/dev/nvidia{}", board));
              channel.device_name = "GPU of " + rank;
              channels.push_back(sensors::unmeasured_channel(
                  std::move(channel), "the system hides it from the rank that measures"));
            }
            return std::make_unique<sensors::FileSensor>(std::vector<sensors::FileChannel>{}, channels);
          }};
}

}  // namespace joulecast::measure
