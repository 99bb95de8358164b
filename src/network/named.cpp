#include "network/named.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <functional>
#include <map>

#include "base/roots.hpp"
#include "base/text.hpp"
#include "network/description.hpp"

namespace joulecast::network {
namespace {

namespace fs = std::filesystem;

/// "ResNet-50", "resnet_50" and "ResNet50" are one name.
std::string normalised(std::string_view name) {
  std::string result;
  for (const char c : to_lower(name))
    if (std::isalnum(static_cast<unsigned char>(c))) result += c;
  return result;
}

struct Entry {
  std::string name;  ///< the network's own
  std::size_t file;
};

struct Library {
  std::vector<Description> files;
  std::map<std::string, Entry> by_name;  ///< normalised names and aliases
  std::vector<std::string> names;        ///< canonical, sorted
};

Status add_name(Library& library, std::string_view name, const std::string& network, std::size_t file) {
  if (!library.by_name.emplace(normalised(name), Entry{network, file}).second)
    return fail(ErrorKind::malformed, library.files[file].where, "'{}' is the name of two networks", name);
  return {};
}

Result<Library> read_library() {
  std::error_code error;
  std::vector<fs::path> paths;
  const auto folder = share_directory() / "architectures";
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == ".txt") paths.push_back(entry.path());
  if (error) return fail(ErrorKind::unavailable, folder.string(), "{}", error.message());
  std::ranges::sort(paths);
  Library library;
  for (const auto& path : paths) {
    const auto text = read_file(path);
    if (!text) return propagate(text.error());
    auto description = parse_description(*text, path.string());
    if (!description) return propagate(description.error());
    const auto file = library.files.size();
    library.files.push_back(std::move(*description));
    for (const auto& network : library.files[file].networks) {
      const auto& name = network.values.front();
      library.names.push_back(name);
      if (const auto added = add_name(library, name, name, file); !added) return propagate(added.error());
    }
    for (const auto& [alias, name] : library.files[file].aliases)
      if (const auto added = add_name(library, alias, name, file); !added) return propagate(added.error());
  }
  std::ranges::sort(library.names);
  return library;
}

const Result<Library>& library() {
  static const Result<Library> read_once = read_library();
  return read_once;
}

/// Length of the common beginning: enough to rank names, since families share theirs.
std::size_t common_start(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

Failure unknown(std::string_view name, const Library& all) {
  const auto wanted = normalised(name);
  auto names = all.names;
  std::ranges::stable_sort(names, std::ranges::greater{},
                           [&](const std::string& known) { return common_start(normalised(known), wanted); });
  const bool family = !names.empty() && common_start(normalised(names.front()), wanted) >= 3;
  names.resize(std::min<std::size_t>(names.size(), family ? 5 : names.size()));
  return fail(ErrorKind::invalid, "", "unknown network '{}'; {}: {}", name, family ? "nearest" : "known",
              fmt::join(names, ", "));
}

}  // namespace

Result<ArchitectureFeatures> build_named(std::string_view name, const NamedOptions& options) {
  const auto& all = library();
  if (!all) return propagate(all.error());
  const auto found = all->by_name.find(normalised(name));
  if (found == all->by_name.end()) return unknown(name, *all);
  return build_described(all->files[found->second.file], found->second.name, options);
}

Result<std::vector<std::string>> known_names() {
  return library().map([](const Library& all) { return all.names; });
}

}  // namespace joulecast::network
