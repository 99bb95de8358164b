#include "sensors/support/opening.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "base/failure.hpp"
#include "base/text.hpp"
#include "base/thread.hpp"

namespace joulecast::sensors {

struct Opening::State {
  Environment environment;
  SteadyTime begun = system_clock().steady();
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<Result<std::unique_ptr<Sensor>>> answer;
};

Opening::Opening(const SensorType& type, const Environment& environment)
    : Opening(type, environment, type.open) {}

Opening::Opening(const SensorType& type, const Environment& environment, Open open)
    : type_(&type), state_(std::make_shared<State>()) {
  state_->environment = environment;
  auto thread = start_thread([state = state_, open = std::move(open)] {
    std::optional<Result<std::unique_ptr<Sensor>>> opened;
    const auto failure = failure_of([&] { opened.emplace(open(state->environment)); });
    if (failure) opened.emplace(propagate({ErrorKind::retry, *failure, {}}));
    const std::lock_guard guard(state->mutex);
    state->answer = std::move(opened);
    state->changed.notify_all();
  });
  if (thread)
    thread->detach();
  else
    state_->answer.emplace(propagate(thread.error()));
}

bool Opening::wait(Seconds limit) const {
  std::unique_lock lock(state_->mutex);
  return state_->changed.wait_for(lock, std::chrono::duration<double>(limit.value()),
                                  [&] { return state_->answer.has_value(); });
}

Result<std::unique_ptr<Sensor>> Opening::take() {
  const std::lock_guard guard(state_->mutex);
  if (state_->answer) return std::move(*state_->answer);
  const auto waited = system_clock().steady() - state_->begun;
  return fail(ErrorKind::retry, std::string(type_->name), "its driver has not answered for {}",
              to_text(waited));
}

}  // namespace joulecast::sensors
