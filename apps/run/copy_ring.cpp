#include "run/copy_ring.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

#include "base/system_error.hpp"

namespace joulecast::run {
namespace {

struct Record {
  std::int64_t time_ns = 0;
  std::uint32_t size = 0;
  std::int32_t stream = 0;  ///< `skip`: the next record is at the ring's beginning
};
constexpr std::int32_t skip = -1;
static_assert(sizeof(Record) == 16);

/// Kept free so that a line that has begun can be finished before anything is lost.
constexpr std::size_t line_reserve = 16384;
constexpr std::size_t longest_rest = line_reserve / CopyRing::streams - 2 * sizeof(Record);
enum class Keeping {
  all,
  rest_of_line,  ///< there is no more room, except for the line that has begun
  nothing        ///< until there is room again and a line begins
};
/// An empty ring begins again at its beginning beyond this, so that little memory is touched. Until the
/// reader has followed there is room for this much only, so it must be enough for a burst.
constexpr std::size_t restart_beyond = CopyRing::capacity / 4;

constexpr std::size_t padded(std::size_t size) {
  return (size + sizeof(Record) - 1) / sizeof(Record) * sizeof(Record);
}

/// Bytes up to and including the first end of a line; npos if there is none.
std::size_t first_line_of(std::string_view bytes) {
  const auto end = bytes.find_first_of("\n\r");
  return end == std::string_view::npos ? end : end + 1;
}

}  // namespace

/// The end of what a stream has lost. Odd versions: it is being written.
struct LastLost {
  std::atomic<std::uint32_t> version{0};
  std::uint32_t size = 0;
  std::int64_t time_ns = 0;
  std::array<char, CopyRing::last_part> bytes;

  void add(SteadyTime time, std::string_view more) {
    version.fetch_add(1);
    more = more.substr(more.size() - std::min(more.size(), bytes.size()));
    const auto kept = std::min<std::size_t>(size, bytes.size() - more.size());
    std::memmove(bytes.data(), &bytes[size - kept], kept);
    std::memcpy(&bytes[kept], more.data(), more.size());
    size = static_cast<std::uint32_t>(kept + more.size());
    time_ns = time.ns;
    version.fetch_add(1);
  }
  void clear() {
    if (size == 0) return;
    version.fetch_add(1);
    size = 0;
    version.fetch_add(1);
  }
};

struct CopyRing::Shared {
  /// Where a stream's writer stands.
  struct Place {
    bool within_line = false;  ///< the last byte, kept or lost, ended no line
    Keeping keeping = Keeping::all;
  };
  // Positions only grow. Their remainder by the capacity is the place in `bytes`.
  alignas(64) std::atomic<std::uint64_t> head{0};
  std::atomic<std::uint64_t> lost{0};
  std::array<Place, streams> places{};
  alignas(64) std::atomic<std::uint64_t> tail{0};
  std::atomic<std::uint64_t> wake_at{0};  ///< 0 = the reader is awake
  alignas(64) std::array<char, capacity> bytes;
  std::array<LastLost, streams> last_lost;

  char* at(std::uint64_t position) { return &bytes[position % capacity]; }
};

Result<CopyRing> CopyRing::create() {
  void* memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return fail_errno("shared memory", errno);
  // Default initialisation: the kernel's zeros stay, and pages that nobody uses are never touched.
  return CopyRing(new (memory) Shared);
}

CopyRing::CopyRing(CopyRing&& other) noexcept : shared_(std::exchange(other.shared_, nullptr)) {}

CopyRing::~CopyRing() {
  if (shared_ != nullptr) ::munmap(shared_, sizeof(Shared));
}

bool CopyRing::append(int stream, SteadyTime time, std::string_view bytes, std::size_t reserve) {
  auto& ring = *shared_;
  const auto tail = ring.tail.load(std::memory_order_acquire);
  auto head = ring.head.load(std::memory_order_relaxed);
  const auto need = sizeof(Record) + padded(bytes.size());
  const auto offset = head % capacity;
  const auto to_end = capacity - offset;
  const bool restart = to_end < need || (head == tail && offset > restart_beyond);
  if (capacity - (head - tail) < need + reserve + (restart ? to_end : 0)) return false;
  if (restart) {
    const Record record{0, 0, skip};
    std::memcpy(ring.at(head), &record, sizeof record);
    head += to_end;
  }
  const Record record{time.ns, static_cast<std::uint32_t>(bytes.size()), stream};
  std::memcpy(ring.at(head), &record, sizeof record);
  std::memcpy(ring.at(head) + sizeof record, bytes.data(), bytes.size());
  ring.head.store(head + need, std::memory_order_seq_cst);
  return true;
}

/// Keeps what there is room for and returns the number of bytes that are lost.
std::size_t CopyRing::keep(int stream, SteadyTime time, std::string_view bytes) {
  auto& place = shared_->places[static_cast<std::size_t>(stream)];
  const bool ends_within_line = bytes.back() != '\n' && bytes.back() != '\r';
  if (place.keeping == Keeping::all) {
    if (append(stream, time, bytes, line_reserve)) {
      place.within_line = ends_within_line;
      return 0;
    }
    place.keeping = place.within_line ? Keeping::rest_of_line : Keeping::nothing;
  }
  if (place.keeping == Keeping::rest_of_line) {
    const auto line = first_line_of(bytes);
    const auto rest = bytes.substr(0, std::min(line, longest_rest));
    const bool kept = append(stream, time, rest, 0);
    if (!kept || line != std::string_view::npos) place.keeping = Keeping::nothing;
    place.within_line = ends_within_line;
    return bytes.size() - (kept ? rest.size() : 0);
  }
  const auto begin = place.within_line ? first_line_of(bytes) : 0;
  place.within_line = ends_within_line;
  if (begin >= bytes.size() || !append(stream, time, bytes.substr(begin), capacity / 2)) return bytes.size();
  shared_->last_lost[static_cast<std::size_t>(stream)].clear();
  place.keeping = Keeping::all;
  return begin;
}

bool CopyRing::put(int stream, SteadyTime time, std::string_view bytes) {
  if (bytes.empty()) return false;
  if (const auto lost = keep(stream, time, bytes); lost > 0) {
    shared_->lost.fetch_add(lost, std::memory_order_relaxed);
    auto& last = shared_->last_lost[static_cast<std::size_t>(stream)];
    if (shared_->places[static_cast<std::size_t>(stream)].keeping != Keeping::all)
      last.add(time, bytes.substr(bytes.size() - lost));
  }
  const auto wake_at = shared_->wake_at.load(std::memory_order_seq_cst);
  const auto filled = shared_->head.load(std::memory_order_relaxed) - shared_->tail.load();
  return wake_at != 0 && filled >= wake_at && shared_->wake_at.exchange(0) != 0;
}

std::optional<CopyPiece> CopyRing::front() {
  auto& ring = *shared_;
  for (;;) {
    const auto tail = ring.tail.load(std::memory_order_relaxed);
    if (tail == ring.head.load(std::memory_order_acquire)) return std::nullopt;
    Record record;
    std::memcpy(&record, ring.at(tail), sizeof record);
    if (record.stream != skip)
      return CopyPiece{{record.time_ns}, record.stream, {ring.at(tail) + sizeof record, record.size}};
    ring.tail.store(tail + capacity - tail % capacity, std::memory_order_release);
  }
}

void CopyRing::drop() {
  auto& ring = *shared_;
  const auto tail = ring.tail.load(std::memory_order_relaxed);
  Record record;
  std::memcpy(&record, ring.at(tail), sizeof record);
  ring.tail.store(tail + sizeof record + padded(record.size), std::memory_order_release);
}

std::optional<std::pair<SteadyTime, std::string>> CopyRing::take_last_lost(int stream) {
  auto& last = shared_->last_lost[static_cast<std::size_t>(stream)];
  const auto version = last.version.load();
  if (version % 2 != 0 || last.size == 0) return std::nullopt;
  std::string text(last.bytes.data(), last.size);
  const SteadyTime time{last.time_ns};
  if (last.version.load() != version) return std::nullopt;
  last.clear();
  text.erase(0, std::min(first_line_of(text), text.size()));  // its beginning is not there
  if (text.empty()) return std::nullopt;
  shared_->lost.fetch_sub(text.size(), std::memory_order_relaxed);
  return std::pair{time, std::move(text)};
}

bool CopyRing::ask_to_be_woken(std::size_t bytes) {
  shared_->wake_at.store(bytes, std::memory_order_seq_cst);
  const auto filled = shared_->head.load(std::memory_order_seq_cst) - shared_->tail.load();
  if (filled < bytes) return true;
  shared_->wake_at.store(0);
  return false;
}

std::size_t CopyRing::waiting() const {
  return static_cast<std::size_t>(shared_->head.load(std::memory_order_acquire) - shared_->tail.load());
}

std::uint64_t CopyRing::lost() const {
  return shared_->lost.load(std::memory_order_relaxed);
}

void CopyRing::begin_writing_again() {
  shared_->places = {};
}

}  // namespace joulecast::run
