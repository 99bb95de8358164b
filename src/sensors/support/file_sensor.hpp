// A sensor with one file per channel that holds one number, like most sources in Linux.
#pragma once

#include "sensors/support/value_file.hpp"

namespace joulecast::sensors {

struct FileChannel {
  trace::Channel channel;
  ValueFile file;
  /// Of a gauge: file's unit in base units (1e-6 for microwatts). A counter's is its resolution.
  double scale = 1;
};

class FileSensor : public Sensor {
 public:
  /// `unmeasured`: channels without a file, which stand for devices that cannot be read.
  explicit FileSensor(std::vector<FileChannel> sources, std::vector<trace::Channel> unmeasured = {});
  [[nodiscard]] const std::vector<trace::Channel>& channels() const override { return channels_; }
  void read(std::span<ChannelReading> readings) override;

 private:
  struct Source {
    ValueFile file;
    double scale;
    bool counter;
  };
  std::vector<trace::Channel> channels_;
  std::vector<Source> sources_;
};

/// The sensor, or `nothing` where both lists are empty.
[[nodiscard]] Result<std::unique_ptr<Sensor>> file_sensor(std::vector<FileChannel> sources,
                                                          const Error& nothing,
                                                          std::vector<trace::Channel> unmeasured = {});

/// Opens a file and adds it as a channel if it exists and contains a number. Returns whether it did.
bool add_if_readable(std::vector<FileChannel>& sources, trace::Channel channel,
                     const std::filesystem::path& path, double scale, const Environment& environment);

/// Folders and links in `folder` whose names start with `prefix`, in the order of the numbers in their names.
[[nodiscard]] std::vector<std::filesystem::path> entries(const std::filesystem::path& folder,
                                                         std::string_view prefix);
/// The first line of a file, trimmed; nothing where it cannot be read.
[[nodiscard]] std::optional<std::string> first_line(const std::filesystem::path& path);
[[nodiscard]] std::optional<std::uint64_t> number_in(const std::filesystem::path& path);

/// The finding for `joulecast doctor` after an attempt to open: usable, or the error with its fix.
[[nodiscard]] Finding finding_of(const Result<std::unique_ptr<Sensor>>& opened, std::string fix);

}  // namespace joulecast::sensors
