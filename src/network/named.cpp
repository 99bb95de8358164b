#include "network/named.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "base/files.hpp"
#include "base/roots.hpp"
#include "base/text.hpp"
#include "network/catalogue.hpp"
#include "network/description.hpp"
#include "network/spelling.hpp"
#include "network/transformer/config.hpp"

namespace joulecast::network {
namespace {

namespace fs = std::filesystem;

/// A configuration of data/transformers.
struct Preset {
  std::string json;
  std::string file;
};

struct Library {
  std::map<std::string, Preset> presets;
  std::vector<Description> files;
  std::map<std::string, std::size_t> file_of;  ///< by a network's own name
  std::vector<KnownName> names;                ///< own names first, sorted; then the aliases
  std::vector<std::string> own_names;          ///< sorted
};

Status add(Library& library, std::size_t file) {
  const auto& description = library.files[file];
  for (const auto& network : description.networks)
    if (!library.file_of.emplace(network.values.front(), file).second)
      return fail(ErrorKind::malformed, description.where, "'{}' is the name of two networks",
                  network.values.front());
  return {};
}

/// The files of a folder of the share directory, in the order of their names.
Result<std::vector<fs::path>> files_of(const char* folder_name, const char* extension) {
  std::error_code error;
  std::vector<fs::path> paths;
  const auto folder = share_directory() / folder_name;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == extension) paths.push_back(entry.path());
  if (error) return fail(ErrorKind::unavailable, folder.string(), "{}", error.message());
  std::ranges::sort(paths);
  return paths;
}

Status add_presets(Library& library) {
  const auto paths = files_of("transformers", ".json");
  if (!paths) return propagate(paths.error());
  for (const auto& path : *paths) {
    const auto text = read_file(path);
    if (!text) return propagate(text.error());
    const auto json = nlohmann::json::parse(*text, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) return fail(ErrorKind::malformed, path.string(), "is not a JSON object");
    for (const auto& [name, config] : json.items()) {
      const bool known = library.file_of.contains(name);
      if (known || !library.presets.emplace(name, Preset{config.dump(), path.string()}).second)
        return fail(ErrorKind::malformed, path.string(), "'{}' is the name of two networks", name);
    }
  }
  return {};
}

Result<Library> read_library() {
  const auto paths = files_of("architectures", ".txt");
  if (!paths) return propagate(paths.error());
  Library library;
  for (const auto& path : *paths) {
    const auto text = read_file(path);
    if (!text) return propagate(text.error());
    auto description = parse_description(*text, path.string());
    if (!description) return propagate(description.error());
    library.files.push_back(std::move(*description));
    if (const auto added = add(library, library.files.size() - 1); !added) return propagate(added.error());
  }
  if (const auto added = add_presets(library); !added) return propagate(added.error());
  for (const auto& [name, file] : library.file_of) library.own_names.push_back(name);
  for (const auto& [name, preset] : library.presets) library.own_names.push_back(name);
  std::ranges::sort(library.own_names);
  for (const auto& name : library.own_names) library.names.push_back({name, name});
  for (const auto& description : library.files)
    for (const auto& [alias, network] : description.aliases) library.names.push_back({alias, network});
  return library;
}

const Result<Library>& library() {
  static const Result<Library> read_once = read_library();
  return read_once;
}

/// Length of the common beginning. It is enough to rank names, since those of a family begin alike.
std::size_t common_start(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

std::string letters_and_digits(std::string_view name) {
  auto result = to_lower(name);
  std::erase_if(result, [](unsigned char c) { return std::isalnum(c) == 0; });
  return result;
}

Failure unknown(std::string_view name, const Library& all) {
  constexpr std::size_t family = 3;  // a name with as many first letters in common is taken for a relative
  constexpr std::size_t shown = 5;
  const auto wanted = letters_and_digits(unqualified(name));
  const auto kinship = [&](const std::string& known) {
    return common_start(letters_and_digits(known), wanted);
  };
  auto names = all.own_names;
  if (const auto listed = catalogued_names()) names.insert(names.end(), listed->begin(), listed->end());
  std::erase_if(names, [&](const std::string& known) { return kinship(known) < family; });
  if (names.empty())
    return fail(ErrorKind::invalid, "", "unknown network '{}'; 'joulecast model' lists the known ones", name);
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::ranges::stable_sort(names, {}, &std::string::size);
  std::ranges::stable_sort(names, std::ranges::greater{}, kinship);
  names.resize(std::min(names.size(), shown));
  return fail(ErrorKind::invalid, "", "unknown network '{}'; nearest: {}", name, fmt::join(names, ", "));
}

}  // namespace

Result<ArchitectureFeatures> build_named(std::string_view name, const NamedOptions& options) {
  const auto& all = library();
  if (!all) return propagate(all.error());
  const auto meant = networks_meant(name, all->names);
  if (meant.size() != 1) {
    auto listed = build_catalogued(name, options);
    if (!listed) return propagate(listed.error());
    if (*listed) return std::move(**listed);
  }
  if (meant.empty()) return unknown(name, *all);
  if (meant.size() > 1) return fail(ErrorKind::invalid, "", "'{}' may mean {}", name, fmt::join(meant, ", "));
  if (const auto preset = all->presets.find(meant.front()); preset != all->presets.end())
    return parse_config(preset->second.json, meant.front(), preset->second.file,
                        {options.sequence, options.input, options.classes});
  return build_described(all->files[all->file_of.at(meant.front())], meant.front(), options);
}

Result<std::vector<std::string>> known_names() {
  return library().map([](const Library& all) { return all.own_names; });
}

}  // namespace joulecast::network
