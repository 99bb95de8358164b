#include "network/spelling.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "base/text.hpp"

namespace joulecast::network {
namespace {

bool digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}
bool letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0;
}

/// "RegNetX-1.6GF" and "regnet_x_1_6gf" are "regnetx1.6gf".
std::string with_decimals(std::string_view name) {
  std::string result;
  bool separated = false;
  for (const char c : to_lower(name)) {
    if (!letter(c) && !digit(c)) {
      separated = true;
      continue;
    }
    if (separated && !result.empty() && digit(result.back()) && digit(c)) result += '.';
    separated = false;
    result += c;
  }
  return result;
}

std::string compact(std::string_view name) {
  auto result = with_decimals(name);
  std::erase(result, '.');
  return result;
}

/// Sizes by their initial; "xlarge" becomes "xl".
std::string abbreviated(std::string_view name) {
  static constexpr std::array<std::string_view, 6> sizes{"tiny", "small", "base", "medium", "large", "huge"};
  auto result = compact(name);
  for (const auto size : sizes)
    if (const auto at = result.find(size); at != std::string::npos) result.erase(at + 1, size.size() - 1);
  return result;
}

/// Whether `wanted` is what `name` begins with, up to one of its underscores.
bool begins(std::string_view name, std::string_view wanted) {
  for (auto end = name.find('_'); end != std::string_view::npos; end = name.find('_', end + 1))
    if (compact(name.substr(0, end)) == wanted) return true;
  return false;
}

template <class Fits>
std::vector<std::string> fitting(const std::vector<KnownName>& names, Fits fits) {
  std::vector<std::string> networks;
  for (const auto& known : names)
    if (fits(known.name) && std::ranges::find(networks, known.network) == networks.end())
      networks.push_back(known.network);
  return networks;
}

std::vector<std::string> meant_by_whole(std::string_view spelling, const std::vector<KnownName>& names) {
  const auto wanted = compact(spelling);
  if (wanted.empty()) return {};
  for (auto* const reading : {&with_decimals, &compact, &abbreviated}) {
    auto networks =
        fitting(names, [&, read = reading(spelling)](const auto& name) { return reading(name) == read; });
    if (!networks.empty()) return networks;
  }
  return fitting(names, [&](const auto& name) { return begins(name, wanted); });
}

}  // namespace

std::string_view unqualified(std::string_view spelling) {
  for (auto at = spelling.size(); at-- > 1;)
    if ((spelling[at - 1] == '.' || spelling[at - 1] == '/') && letter(spelling[at]))
      return spelling.substr(at);
  return spelling;
}

std::vector<std::string> networks_meant(std::string_view spelling, const std::vector<KnownName>& names) {
  auto networks = meant_by_whole(spelling, names);
  return networks.empty() ? meant_by_whole(unqualified(spelling), names) : networks;
}

}  // namespace joulecast::network
