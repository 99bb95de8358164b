// The thread that hears the copy of the command's output.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/thread.hpp"
#include "base/wake_up.hpp"
#include "run/copy_ring.hpp"

namespace joulecast::run {

/// Receives what the command wrote, and when it arrived. Calls come from one thread, one at a time.
struct Listener {
  /// `stream`: 0 = standard output, 1 = standard error where that is another stream.
  std::function<void(int stream, std::string_view bytes, SteadyTime time)> hear;
  /// The output has been quiet for a moment, or has ended.
  std::function<void()> settle;
};

/// Sleeps while there is no output. Where more comes than can be heard, it gives way to the command: it takes
/// a tenth of a processor, and what is left out goes from the end of one line to the end of another.
class CopyListener {
 public:
  /// `wake` is set when there is something in the ring. Both must outlive this object.
  CopyListener(Listener listener, CopyRing& ring, const WakeUp& wake);
  ~CopyListener() { stop(); }
  CopyListener(const CopyListener&) = delete;
  CopyListener& operator=(const CopyListener&) = delete;

  /// retry if there is no thread to be had.
  [[nodiscard]] Status start();
  /// Hears the rest, or the last part of it if it is long, and ends the thread.
  void stop();
  /// Bytes in the ring that were not heard. After stop().
  [[nodiscard]] std::uint64_t unheard() const { return unheard_; }

 private:
  void listen();
  void settle();
  bool hear_all(SteadyTime& last);
  void hear_last_lost();
  void hear(int stream, std::string_view slice, SteadyTime time);
  [[nodiscard]] std::string_view part_to_hear(int stream, std::string_view bytes);
  [[nodiscard]] bool is_in_flood() const;
  [[nodiscard]] bool has_read_long() const;

  Listener listener_;
  CopyRing* ring_;
  const WakeUp* wake_;
  std::atomic<bool> ending_ = false;
  // Of the thread.
  std::array<bool, CopyRing::streams> skips_{};  ///< it is within skipped output
  double read_until_ = 0;                        ///< its processor time
  bool ends_ = false;                            ///< it knows that the end was asked for
  std::uint64_t lost_before_ = 0;                ///< bytes that did not fit into the ring
  std::uint64_t unheard_ = 0;
  Thread thread_;
};

}  // namespace joulecast::run
