#include "sensors/support/visible_devices.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace joulecast::sensors {
namespace {

bool begins(std::string_view whole, std::string_view part) {
  return whole.size() >= part.size() && equals_ignoring_case(whole.substr(0, part.size()), part);
}

/// The only device that `matches`, or why there is none.
template <class Matches>
Result<std::size_t> only(std::string_view entry, std::span<const VisibleDevice> devices, Matches matches) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    if (!matches(devices[i])) continue;
    if (found) return fail(ErrorKind::invalid, std::string(entry), "fits more than one GPU");
    found = i;
  }
  if (!found) return fail(ErrorKind::invalid, std::string(entry), "no GPU has this UUID");
  return *found;
}

/// "MIG-<uuid>", or "MIG-GPU-<uuid of the GPU>/<instance>/<compute instance>" as older drivers write it.
Result<std::size_t> find_instance(std::string_view entry, std::span<const VisibleDevice> devices) {
  const auto slash = entry.find('/');
  if (slash != std::string_view::npos) {
    const auto gpu = entry.substr(4, slash - 4);
    return only(entry, devices, [&](const VisibleDevice& d) { return d.partitioned && begins(d.uuid, gpu); });
  }
  return only(entry, devices, [&](const VisibleDevice& d) {
    return std::ranges::any_of(d.instances, [&](const auto& name) { return begins(name, entry); });
  });
}

Result<std::size_t> find(std::string_view entry, std::span<const VisibleDevice> devices) {
  if (begins(entry, "MIG-")) return find_instance(entry, devices);
  if (begins(entry, "GPU-"))
    return only(entry, devices, [&](const VisibleDevice& d) { return begins(d.uuid, entry); });
  const auto index = parse_uint(entry);
  if (!index) return fail(ErrorKind::invalid, std::string(entry), "neither an index nor a UUID");
  if (*index >= devices.size())
    return fail(ErrorKind::invalid, std::string(entry), "there are {} GPUs, counted from 0", devices.size());
  return static_cast<std::size_t>(*index);
}

void add_once(std::vector<std::size_t>& indices, std::size_t index) {
  if (std::ranges::find(indices, index) == indices.end()) indices.push_back(index);
}

}  // namespace

DeviceSelection visible_devices(std::optional<std::string_view> list,
                                std::span<const VisibleDevice> devices) {
  DeviceSelection selection;
  if (!list) {
    for (std::size_t i = 0; i < devices.size(); ++i) selection.indices.push_back(i);
    return selection;
  }
  if (trim(*list).empty()) {
    selection.note = "the list is empty: it hides every GPU";
    return selection;
  }
  for (const auto part : split(*list, ',')) {
    const auto entry = trim(part);
    const auto index = find(entry, devices);
    if (!index) {
      selection.note = fmt::format("the list ends at '{}': {}", entry.substr(0, 80), index.error().message);
      break;
    }
    add_once(selection.indices, *index);
  }
  return selection;
}

DeviceSelection with_other_ranks(DeviceSelection own, int rank, int ranks, std::size_t devices) {
  const auto each = own.indices.size();
  const auto all = each * static_cast<std::size_t>(std::max(ranks, 1));
  if (each == 0 || each >= static_cast<std::size_t>(ranks) || each == devices) return own;
  const auto first = own.indices.front();
  bool in_a_row = true;
  for (std::size_t i = 0; i < each; ++i) in_a_row = in_a_row && own.indices[i] == first + i;
  const auto before =
      each * static_cast<std::size_t>(std::max(rank, 0));  // those of the ranks before this one
  const bool fits = in_a_row && first >= before && first - before + all <= devices;
  if (all == devices || fits) {
    const auto begin = all == devices ? 0 : first - before;
    for (std::size_t i = begin; i < begin + all; ++i) add_once(own.indices, i);
    own.note =
        fmt::format("one of the GPUs {} to {} of this node's {} ranks, each of which sees {} of its own",
                    begin, begin + all - 1, ranks, each);
  } else {
    own.note = "those of this node's other ranks are measured from when each rank attaches";
  }
  return own;
}

Result<DeviceSelection> named_devices(std::span<const std::string> names,
                                      std::span<const VisibleDevice> devices) {
  DeviceSelection selection;
  for (const auto& name : names) {
    const auto index = find(trim(name), devices);
    if (!index) return fail(ErrorKind::invalid, "GPU '" + name + "'", "{}", index.error().message);
    add_once(selection.indices, *index);
  }
  return selection;
}

}  // namespace joulecast::sensors
