#include "base/units.hpp"

#include <gtest/gtest.h>

namespace joulecast {
namespace {

template <class A, class B>
concept Addable = requires(A a, B b) {
  a + b;
};
template <class A, class B>
concept Multipliable = requires(A a, B b) {
  a* b;
};

// Combinations that must not compile, as compile-time constants.
static_assert(Addable<Joules, Joules>);
static_assert(!Addable<Joules, Watts>);
static_assert(!Addable<Joules, double>);
static_assert(!Multipliable<Joules, Seconds>);
static_assert(!Multipliable<Watts, Watts>);
static_assert(!std::is_convertible_v<double, Joules>);
static_assert(!std::is_convertible_v<Joules, double>);
static_assert(std::is_same_v<decltype(Watts{} * Seconds{}), Joules>);
static_assert(std::is_same_v<decltype(Joules{} / Seconds{}), Watts>);
static_assert(std::is_same_v<decltype(Joules{} / Joules{}), double>);

TEST(Units, PowerTimesTimeIsEnergy) {
  EXPECT_EQ(Watts{250} * Seconds{4}, Joules{1000});
  EXPECT_EQ(Joules{1000} / Watts{250}, Seconds{4});
  EXPECT_EQ(to_kilowatt_hours(Joules{7.2e6}), KilowattHours{2});
  EXPECT_EQ(KilowattHours{2} * GramsPerKilowattHour{300}, GramsCO2e{600});
}

}  // namespace
}  // namespace joulecast
