// A bounded queue for one writer and one reader, without locks or allocation after construction.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <vector>

namespace joulecast::sampling {

template <class T>
class Ring {
 public:
  explicit Ring(std::size_t capacity) : slots_(std::bit_ceil(capacity < 2 ? 2 : capacity)) {}

  /// False if the ring is full; the caller counts what it drops.
  bool push(const T& item) {
    const auto head = head_.load(std::memory_order_relaxed);
    if (head - tail_.load(std::memory_order_acquire) == slots_.size()) return false;
    slots_[head & (slots_.size() - 1)] = item;
    head_.store(head + 1, std::memory_order_release);
    return true;
  }
  bool pop(T& item) {
    const auto tail = tail_.load(std::memory_order_relaxed);
    if (tail == head_.load(std::memory_order_acquire)) return false;
    item = slots_[tail & (slots_.size() - 1)];
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }

 private:
  std::vector<T> slots_;
  alignas(64) std::atomic<std::size_t> head_{0};
  alignas(64) std::atomic<std::size_t> tail_{0};
};

}  // namespace joulecast::sampling
