#include "bind/steps.hpp"

#include <ctime>
#include <utility>

namespace joulecast::python {
namespace {

constexpr std::int64_t tell_every_ns = 20'000'000;
constexpr std::int64_t attend_every_ns = 2'000'000'000;

/// Precise to some milliseconds, at a fraction of the cost of the precise clock.
std::int64_t coarse_time_ns() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

Steps::Steps(nanobind::iterator items, std::shared_ptr<Teller> teller, std::optional<int> epoch, double total,
             double done_before, std::uint64_t phase, std::shared_ptr<const std::atomic<bool>> attention,
             nanobind::object attend)
    : items_(std::move(items)),
      teller_(std::move(teller)),
      epoch_(epoch),
      count_(std::make_shared<StepCount>(StepCount{done_before, total})),
      phase_(phase),
      attention_(std::move(attention)),
      attend_(std::move(attend)) {}

/// A loop may be left before its end.
Steps::~Steps() {
  end_phase();
}

PyObject* Steps::next() {
  if (begun_) ++count_->done;
  begun_ = true;
  if (is_time_to_tell()) tell();
  if (is_time_to_attend()) {
    PyObject* const attended = PyObject_CallNoArgs(attend_.ptr());
    if (attended == nullptr) {
      phase_ = 0;  // stopped within its loop: what all of it would have cost stays known
      return nullptr;
    }
    Py_DECREF(attended);
  }
  PyObject* const item = PyIter_Next(items_.ptr());
  if (item == nullptr) {
    begun_ = false;
    count_->exhausted = PyErr_Occurred() == nullptr;
    if (count_->exhausted) {
      tell();
      teller_->end_phase(phase_);
    }
  }
  return item;
}

bool Steps::is_time_to_tell() {
  const auto now = coarse_time_ns();
  if (now - told_ns_ < tell_every_ns) return false;
  told_ns_ = now;
  return true;
}

bool Steps::is_time_to_attend() {
  if (attention_) return attention_->load(std::memory_order_relaxed);
  if (!attend_.is_valid() || attend_.is_none() || told_ns_ - attended_ns_ < attend_every_ns) return false;
  attended_ns_ = told_ns_;
  return true;
}

void Steps::tell() const {
  if (epoch_)
    teller_->epoch_progress(*epoch_, count_->done, count_->total);
  else
    teller_->progress(count_->done, count_->total);
}

void Steps::end_phase() const {
  if (phase_ == 0 || !teller_->is_open(phase_)) return;
  tell();
  teller_->end_phase(phase_);
  count_->left = !count_->exhausted;
}

void Steps::visit(visitproc visitor, void* context, int& result) const {
  for (PyObject* const held : {items_.ptr(), attend_.ptr()})
    if (held != nullptr && result == 0) result = visitor(held, context);
}

void Steps::clear() {
  items_ = {};
  attend_ = {};
}

}  // namespace joulecast::python
