#include "base/thread.hpp"

#include <gtest/gtest.h>

namespace joulecast {
namespace {

std::size_t own_stack_size() {
  pthread_attr_t attributes;
  std::size_t size = 0;
  ::pthread_getattr_np(::pthread_self(), &attributes);
  ::pthread_attr_getstacksize(&attributes, &size);
  ::pthread_attr_destroy(&attributes);
  return size;
}

/// What new threads get, as ulimit -s sets it when a program starts.
void set_usual_stack_size(std::size_t size) {
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setstacksize(&attributes, size);
  ::pthread_setattr_default_np(&attributes);
  ::pthread_attr_destroy(&attributes);
}

TEST(Thread, HasALargeStackWhateverTheUsersLimit) {
  for (const std::size_t usual : {64 << 10, 8 << 20}) {
    set_usual_stack_size(usual);
    std::size_t size = 0;
    start_thread([&size] { size = own_stack_size(); }).value().join();
    EXPECT_GE(size, std::max<std::size_t>(usual, 2 << 20) - (64 << 10)) << usual;
  }
}

TEST(Thread, IsMovedJoinedAndDetached) {
  bool done = false;
  auto first = start_thread([&done] { done = true; }).value();
  Thread second(std::move(first));
  EXPECT_FALSE(first.joinable());
  EXPECT_TRUE(second.joinable());
  first = std::move(second);
  first.join();
  EXPECT_TRUE(done);
  EXPECT_FALSE(first.joinable());
  auto third = start_thread([] {}).value();
  third.detach();
  EXPECT_FALSE(third.joinable());
}

}  // namespace
}  // namespace joulecast
