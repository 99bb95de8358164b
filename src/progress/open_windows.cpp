#include "progress/open_windows.hpp"

#include <algorithm>
#include <utility>

namespace joulecast::progress {
namespace {

constexpr std::size_t most_open = 64;

}  // namespace

void OpenWindows::begin(const std::string& name, Seconds at) {
  if (begun_.size() < most_open) begun_.try_emplace(name, at);
}

void OpenWindows::end(const std::string& name, Seconds at) {
  const auto found = begun_.find(name);
  if (found == begun_.end()) return;
  ended_.push_back({name, {found->second, std::max(at, found->second)}});
  begun_.erase(found);
}

void OpenWindows::end_all(Seconds at) {
  for (const auto& [name, begin] : std::exchange(begun_, {})) ended_.push_back({name, {begin, at}});
}

std::vector<trace::Window> OpenWindows::take_ended() {
  return std::exchange(ended_, {});
}

}  // namespace joulecast::progress
