// The interface of every energy source. See docs/adding-a-sensor.md.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/roots.hpp"
#include "trace/channel.hpp"
#include "trace/reading.hpp"
#include "trace/run.hpp"

struct perf_event_attr;

namespace joulecast::sensors {

class SharedReads;  // value_file.hpp
[[nodiscard]] std::shared_ptr<SharedReads> make_shared_reads();

/// Everything outside of the program that a sensor may use. It is passed in, so that a test can provide its
/// own.
struct Environment {
  Roots roots;
  const Clock* clock = &system_clock();
  /// Reads an environment variable; nullptr where it is not set.
  std::function<const char*(const char*)> variable;
  /// Path or soname of a vendor library, by its usual name ("libnvidia-ml.so.1"); returns what to dlopen.
  std::function<std::string(std::string_view)> library;
  /// System calls, as the kernel has them (-1 and errno where they fail). Replaced by tests
  /// that need EIO or ENODEV, which regular files cannot give, or a device that is not there.
  std::function<int(const char*, int flags)> open;
  std::function<ssize_t(int, void*, size_t, off_t)> pread;
  std::function<ssize_t(int, void*, size_t)> read;
  std::function<int(int, unsigned long, void*)> ioctl;
  std::function<int(perf_event_attr*, int cpu)> perf_event_open;
  /// The process whose tree is measured (process_tree sensor); 0 = the whole machine only.
  int pid = 0;
  /// Which GPUs to read, as the user named them (indices or UUIDs); empty = what *_VISIBLE_DEVICES leaves.
  std::vector<std::string> gpus;
  /// How many processes of one launch share this node, each of which may see only GPUs of its own
  /// (with_other_ranks()).
  int local_ranks = 1;
  int local_rank = 0;  ///< of this process among them
  /// Files that several sensors read at the same time; the copies of an environment have them in common.
  std::shared_ptr<SharedReads> shared_reads = make_shared_reads();
  /// The recorded run that the replay sensor plays; nullptr = none.
  const trace::Run* replay = nullptr;
};

/// The real machine. For containers that mount the host's files elsewhere, and for trials against fakes,
/// these variables are followed: JOULECAST_SYSFS, JOULECAST_PROCFS, JOULECAST_DEVFS (roots) and
/// JOULECAST_NVML_LIBRARY, JOULECAST_ROCM_LIBRARY (paths of the vendor libraries).
[[nodiscard]] Environment real_environment();

/// Why a source is or is not usable, for `joulecast doctor`.
struct Finding {
  bool usable = false;
  std::string reason;  ///< one line; "" where usable
  std::string fix;     ///< the exact command that would make it usable; "" where nothing would
};

/// Which thread polls a sensor: fast sources share one, vendor libraries that take a driver lock have their
/// own, and slow ones (a BMC) must not delay either.
enum class Lane { fast, gpu, slow };

/// One reading, or why there is none: retry = a gap, gone = this channel ended.
using ChannelReading = Result<trace::RawValue>;

/// An opened source. Used by one thread at a time; the destructor releases what it holds.
class Sensor {
 public:
  virtual ~Sensor() = default;
  /// A device that a training may use but whose energy cannot be read has a power channel too, with missing
  /// provenance and the reason as its note: see unmeasured_channel().
  [[nodiscard]] virtual const std::vector<trace::Channel>& channels() const = 0;
  /// Reads every channel once; readings[i] belongs to channels()[i], and stays as it is for a channel with
  /// missing provenance. Must not throw and not allocate when all is well. The caller stamps the time around
  /// the call.
  virtual void read(std::span<ChannelReading> readings) = 0;
};

/// One kind of channel that a source may have, independent of the machine. Used for docs/sensors.md.
struct ChannelDescription {
  /// "<…>" stands for the part that varies: "gpu<N>_energy".
  std::string_view name;
  trace::Quantity quantity = trace::Quantity::power;
  trace::Component component = trace::Component::other;
  /// See trace::Channel. 0 = the device reports it, or it is unknown.
  Seconds update_period{0};
  Seconds longest_update_period{0};  ///< if it depends on the device; 0 = it does not
};

/// Data about a source, and how to look for it and open it.
struct SensorType {
  std::string_view name;         ///< "powercap"; also what --sensor takes
  std::string_view description;  ///< one line for the user
  Lane lane = Lane::fast;
  Seconds shortest_interval{0.001};  ///< polling faster than this gives nothing new
  /// For a model: it is not needed if a meter of this component was opened.
  std::optional<trace::Component> stands_in_for = {};
  /// Another sensor that reads the same meter with less effort. If that one was opened, this one is left out.
  std::string_view yields_to = {};
  Finding (*probe)(const Environment&);
  Result<std::unique_ptr<Sensor>> (*open)(const Environment&);
  // For docs/sensors.md, which is generated from these.
  std::span<const ChannelDescription> channels = {};  ///< empty: those of the recording (replay)
  std::string_view needs = {};  ///< device, driver, library and permission, in one line of Markdown
  /// What a user must know to interpret the figures, in one line of Markdown.
  std::string_view pitfalls = {};
};

/// Every sensor of the build, in name order (generated from the files of src/sensors).
[[nodiscard]] std::span<const SensorType* const> all_sensors();

}  // namespace joulecast::sensors
