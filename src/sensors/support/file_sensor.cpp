#include "sensors/support/file_sensor.hpp"

#include <dirent.h>

#include <algorithm>
#include <memory>

#include "base/files.hpp"
#include "base/text.hpp"

namespace joulecast::sensors {
namespace fs = std::filesystem;

FileSensor::FileSensor(std::vector<FileChannel> sources, std::vector<trace::Channel> unmeasured) {
  for (auto& source : sources) {
    const bool counter = source.channel.behaviour == trace::Behaviour::counter;
    channels_.push_back(std::move(source.channel));
    sources_.push_back({std::move(source.file), source.scale, counter});
  }
  for (auto& channel : unmeasured) channels_.push_back(std::move(channel));
}

void FileSensor::read(std::span<ChannelReading> readings) {
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    const auto& [file, scale, counter] = sources_[i];
    if (counter) {
      const auto count = file.read_uint();
      readings[i] = count ? ChannelReading(trace::RawValue(*count)) : propagate(count.error());
    } else {
      const auto value = file.read_double();
      readings[i] = value ? ChannelReading(trace::RawValue(*value * scale)) : propagate(value.error());
    }
  }
}

Result<std::unique_ptr<Sensor>> file_sensor(std::vector<FileChannel> sources, const Error& nothing,
                                            std::vector<trace::Channel> unmeasured) {
  if (sources.empty() && unmeasured.empty()) return propagate(nothing);
  return std::make_unique<FileSensor>(std::move(sources), std::move(unmeasured));
}

bool add_if_readable(std::vector<FileChannel>& sources, trace::Channel channel, const fs::path& path,
                     double scale, const Environment& environment) {
  auto file = ValueFile::open(path, environment);
  if (!file || !file->read_double()) return false;
  if (channel.behaviour == trace::Behaviour::counter) channel.resolution = scale;
  sources.push_back({std::move(channel), std::move(*file), scale});
  return true;
}

std::vector<fs::path> entries(const fs::path& folder, std::string_view prefix) {
  std::vector<fs::path> found;
  // A directory_iterator ends the process where it finds no memory.
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(folder.c_str()), ::closedir);
  while (const auto* entry = directory ? ::readdir(directory.get()) : nullptr)
    if (const std::string_view name = entry->d_name; name != "." && name != ".." && name.starts_with(prefix))
      found.push_back(folder / name);
  // card2 before card10: shorter numbers first.
  std::ranges::sort(found, [](const fs::path& a, const fs::path& b) {
    const auto x = a.filename().string(), y = b.filename().string();
    return std::pair(x.size(), x) < std::pair(y.size(), y);
  });
  return found;
}

std::optional<std::string> first_line(const fs::path& path) {
  const auto content = read_file(path);
  if (!content) return std::nullopt;
  return std::string(trim(std::string_view(*content).substr(0, content->find('\n'))));
}

std::optional<std::uint64_t> number_in(const fs::path& path) {
  const auto line = first_line(path);
  return line ? parse_uint(*line) : std::nullopt;
}

Finding finding_of(const Result<std::unique_ptr<Sensor>>& opened, std::string fix) {
  if (!opened) return {false, to_string(opened.error()), std::move(fix)};
  for (const auto& channel : (*opened)->channels())
    if (channel.provenance != Provenance::missing) return {true, "", ""};
  return {false, (*opened)->channels().front().note, std::move(fix)};
}

}  // namespace joulecast::sensors
