#include "run/copy_listener.hpp"

#include <poll.h>

#include <ctime>
#include <utility>

#include "base/failure.hpp"
#include "base/thread.hpp"

namespace joulecast::run {
namespace {

/// The copy carries its times, so nothing is lost if joulecast looks at it only this often.
constexpr int nap_ms = 200;
/// Every look of a training that prints a line a second costs as much as a look at the sensors.
constexpr int naps_until_settled = 1;
/// After a flood of output, nobody is to wait for us to read it: of what is left when this much processor
/// time has gone into reading after the end, only the last part is read.
constexpr double reading_patience_s = 0.01;
/// While more comes than can be read, a tenth of a processor reads what it can: the rest is the command's.
constexpr double reading_in_flood_s = 0.1 * nap_ms / 1000;
/// The time is looked at after so much. Short lines take a microsecond each.
constexpr std::size_t slice_size = std::size_t{8} << 10;

double processor_time_of_thread() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace

CopyListener::CopyListener(Listener listener, CopyRing& ring, const WakeUp& wake)
    : listener_(std::move(listener)), ring_(&ring), wake_(&wake) {}

Status CopyListener::start() {
  auto thread = start_thread([this] { listen(); });
  if (!thread) return propagate(thread.error());
  thread_ = std::move(*thread);
  return {};
}

void CopyListener::listen() {
  SteadyTime last;
  int naps = naps_until_settled;
  for (;;) {
    const auto before = last;
    const bool ends = ending_;
    const bool gave_way = !hear_all(last);
    if (ends) hear_last_lost();
    if (ends) break;
    naps = last == before ? naps + 1 : 0;
    const bool rests = naps >= naps_until_settled;
    if (naps == naps_until_settled) settle();
    pollfd waiting{wake_->descriptor(), POLLIN, 0};
    if (gave_way)
      ::poll(&waiting, 1, nap_ms);
    else if (ring_->ask_to_be_woken(rests ? 1 : CopyRing::capacity / 4))
      ::poll(&waiting, 1, rests ? -1 : nap_ms);
    wake_->clear();
  }
  settle();
}

/// A listener that fails (there may be no memory left) misses something; the next piece is tried again.
void CopyListener::settle() {
  if (listener_.settle) (void)failure_of(listener_.settle);
}

/// False if it gave way to the command before everything was heard.
bool CopyListener::hear_all(SteadyTime& last) {
  if (!ends_) read_until_ = processor_time_of_thread() + reading_in_flood_s;
  while (const auto piece = ring_->front()) {
    for (auto left = piece->bytes; !left.empty();) {
      const auto slice = left.substr(0, slice_size);
      left.remove_prefix(slice.size());
      hear(piece->stream, slice, piece->time);
    }
    last = piece->time;
    ring_->drop();
    if (!ends_ && is_in_flood() && has_read_long()) {
      lost_before_ = ring_->lost();
      return false;
    }
  }
  lost_before_ = ring_->lost();
  return true;
}

/// Results stand at the end of a log, however much came before them.
void CopyListener::hear_last_lost() {
  for (int stream = 0; stream < CopyRing::streams; ++stream)
    if (const auto last = ring_->take_last_lost(stream); last && listener_.hear)
      (void)failure_of([&] { listener_.hear(stream, last->second, last->first); });
}

void CopyListener::hear(int stream, std::string_view slice, SteadyTime time) {
  if (ending_ && !std::exchange(ends_, true)) read_until_ = processor_time_of_thread() + reading_patience_s;
  const auto bytes = part_to_hear(stream, slice);
  const auto missed = slice.size() - bytes.size();
  const bool heard = !listener_.hear || !failure_of([&] { listener_.hear(stream, bytes, time); });
  unheard_ += heard ? missed : slice.size();
}

/// More comes than can be read.
bool CopyListener::is_in_flood() const {
  return ring_->lost() != lost_before_;
}

bool CopyListener::has_read_long() const {
  return processor_time_of_thread() > read_until_;
}

/// All of it, unless there is too much to read. What is skipped goes from the end of one line to the end of
/// another.
std::string_view CopyListener::part_to_hear(int stream, std::string_view bytes) {
  auto& skips = skips_[static_cast<std::size_t>(stream)];
  const auto line = bytes.find('\n');
  const auto after = line == std::string_view::npos ? bytes.size() : line + 1;
  const bool too_much = ends_ ? ring_->waiting() > CopyRing::last_part : is_in_flood();
  const bool hurry = too_much && has_read_long();
  if (!hurry && !skips) return bytes;
  if (hurry && skips) return {};
  if (line != std::string_view::npos) skips = hurry;
  return hurry ? bytes.substr(0, after) : bytes.substr(after);
}

void CopyListener::stop() {
  if (!thread_.joinable()) return;
  ending_ = true;
  wake_->set();
  thread_.join();
}

}  // namespace joulecast::run
