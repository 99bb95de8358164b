// The server's management controller: whole-machine power by DCMI through the kernel's IPMI device. Slow.
#include <fcntl.h>
#include <linux/ipmi.h>
#include <poll.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <cstring>

#include "base/system_error.hpp"
#include "sensors/support/dcmi.hpp"
#include "sensors/support/file_sensor.hpp"

namespace joulecast::sensors {
namespace {
using trace::Channel;

constexpr int answer_timeout_ms = 3000;
constexpr Watts most_of_a_machine{50000};

class Ipmi : public Sensor {
 public:
  Ipmi(Descriptor device, std::string path, const Environment& environment)
      : device_(std::move(device)), path_(std::move(path)), ioctl_(environment.ioctl) {
    Channel channel;
    channel.name = "node_power";
    channel.sensor = "ipmi";
    channel.quantity = trace::Quantity::power;
    channel.component = trace::Component::node;
    channel.update_period = Seconds{1};
    channel.plausible_maximum = most_of_a_machine;
    channel.relative_uncertainty = 0.05;
    channel.note = "DCMI power reading, whole watts; some machines leave GPUs out";
    channels_.push_back(std::move(channel));
  }

  /// Asks once. Also used to find out whether the controller measures power.
  [[nodiscard]] Result<DcmiPower> ask() {
    if (auto sent = send(); !sent) return propagate(sent.error());
    pollfd waiting{device_.get(), POLLIN, 0};
    if (::poll(&waiting, 1, answer_timeout_ms) <= 0)
      return fail(ErrorKind::retry, path_, "the controller does not answer");
    return receive();
  }

  [[nodiscard]] const std::vector<Channel>& channels() const override { return channels_; }

  void read(std::span<ChannelReading> readings) override {
    const auto power = ask();
    if (!power) {
      readings[0] = propagate(power.error());
      return;
    }
    // A controller that hangs repeats its last answer for hours, which is not a measurement.
    const bool repeated = last_ && last_->timestamp == power->timestamp && last_->now == power->now;
    last_ = *power;
    readings[0] = repeated ? fail(ErrorKind::retry, path_, "the controller repeats its last reading")
                           : ChannelReading(trace::RawValue(power->now.value()));
  }

 private:
  [[nodiscard]] Status send() {
    ipmi_system_interface_addr address{};
    address.addr_type = IPMI_SYSTEM_INTERFACE_ADDR_TYPE;
    address.channel = IPMI_BMC_CHANNEL;
    auto data = dcmi_power_request;
    ipmi_req request{};
    request.addr = reinterpret_cast<unsigned char*>(&address);
    request.addr_len = sizeof address;
    request.msgid = ++message_;
    request.msg = {dcmi_network_function, dcmi_get_power_reading, static_cast<unsigned short>(data.size()),
                   data.data()};
    if (ioctl_(device_.get(), IPMICTL_SEND_COMMAND, &request) < 0) return reading_failure(errno, path_);
    return {};
  }

  [[nodiscard]] Result<DcmiPower> receive() {
    // An answer that came too late for an earlier question is dropped.
    for (int i = 0; i < 4; ++i) {
      ipmi_system_interface_addr address{};
      unsigned char data[IPMI_MAX_MSG_LENGTH];
      ipmi_recv answer{};
      answer.addr = reinterpret_cast<unsigned char*>(&address);
      answer.addr_len = sizeof address;
      answer.msg.data = data;
      answer.msg.data_len = sizeof data;
      if (ioctl_(device_.get(), IPMICTL_RECEIVE_MSG_TRUNC, &answer) < 0) return reading_failure(errno, path_);
      if (answer.msgid != message_) continue;
      if (const auto power = parse_dcmi_power({data, answer.msg.data_len})) return *power;
      return fail(ErrorKind::retry, path_, "the controller refuses a power reading (code {:#04x})", data[0]);
    }
    return fail(ErrorKind::retry, path_, "no answer to our question");
  }

  Descriptor device_;
  std::string path_;
  std::function<int(int, unsigned long, void*)> ioctl_;
  long message_ = 0;
  std::optional<DcmiPower> last_;
  std::vector<Channel> channels_;
};

Result<std::unique_ptr<Sensor>> open_ipmi(const Environment& environment) {
  Error error{ErrorKind::unavailable, "no management controller is shown",
              (environment.roots.dev / "ipmi0").string()};
  for (const char* name : {"ipmi0", "ipmi/0", "ipmidev/0"}) {
    const auto path = (environment.roots.dev / name).string();
    Descriptor device(environment.open(path.c_str(), O_RDWR | O_CLOEXEC));
    if (!device) {
      if (kind_of_errno(errno) == ErrorKind::denied) error = {ErrorKind::denied, std::strerror(errno), path};
      continue;
    }
    auto sensor = std::make_unique<Ipmi>(std::move(device), path, environment);
    const auto power = sensor->ask();
    if (!power) return fail(ErrorKind::unavailable, path, "{}", power.error().message);
    if (!power->active || power->now <= Watts{0})
      return fail(ErrorKind::unavailable, path, "the controller does not measure power");
    return sensor;
  }
  return propagate(error);
}

Finding probe_ipmi(const Environment& environment) {
  const auto opened = open_ipmi(environment);
  std::string fix;
  const bool board = std::filesystem::exists(environment.roots.sys / "class/dmi/id/board_vendor");
  if (!opened && opened.error().kind == ErrorKind::denied) fix = "sudo chmod a+rw " + opened.error().where;
  if (!opened && opened.error().message.starts_with("no management") && board)
    fix = "sudo modprobe -a ipmi_si ipmi_devintf";
  return finding_of(opened, std::move(fix));
}

constexpr ChannelDescription ipmi_channels[] = {
    {"node_power", trace::Quantity::power, trace::Component::node, Seconds{1}},
};

}  // namespace

extern const SensorType ipmi_sensor{
    .name = "ipmi",
    .description = "Whole-machine power from the management controller (IPMI DCMI)",
    .lane = Lane::slow,
    .shortest_interval = Seconds{1},
    .probe = probe_ipmi,
    .open = open_ipmi,
    .channels = ipmi_channels,
    .needs =
        "a management controller with DCMI; `/dev/ipmi0` (`ipmi_si`, `ipmi_devintf`), for root only unless "
        "opened",
    .pitfalls =
        "whole watts, one reading a second at best; some controllers leave GPUs out, and one that hangs "
        "repeats its last answer",
};

}  // namespace joulecast::sensors
