// Units as types: a number never loses its unit, and only physical combinations compile.
#pragma once

#include <compare>

namespace joulecast {

/// A double with a unit. Construction and reading are explicit; same-unit arithmetic and scaling are allowed.
template <class Tag>
class Unit {
 public:
  constexpr Unit() = default;
  explicit constexpr Unit(double value) : value_(value) {}
  [[nodiscard]] constexpr double value() const { return value_; }

  friend constexpr auto operator<=>(Unit, Unit) = default;
  friend constexpr Unit operator+(Unit a, Unit b) { return Unit{a.value_ + b.value_}; }
  friend constexpr Unit operator-(Unit a, Unit b) { return Unit{a.value_ - b.value_}; }
  friend constexpr Unit operator-(Unit a) { return Unit{-a.value_}; }
  friend constexpr Unit operator*(Unit a, double k) { return Unit{a.value_ * k}; }
  friend constexpr Unit operator*(double k, Unit a) { return Unit{a.value_ * k}; }
  friend constexpr Unit operator/(Unit a, double k) { return Unit{a.value_ / k}; }
  friend constexpr double operator/(Unit a, Unit b) { return a.value_ / b.value_; }
  constexpr Unit& operator+=(Unit b) { return *this = *this + b; }
  constexpr Unit& operator-=(Unit b) { return *this = *this - b; }

 private:
  double value_ = 0;
};

using Joules = Unit<struct JoulesTag>;
using Watts = Unit<struct WattsTag>;
using Seconds = Unit<struct SecondsTag>;
using KilowattHours = Unit<struct KilowattHoursTag>;
using GramsCO2e = Unit<struct GramsCO2eTag>;
using GramsPerKilowattHour = Unit<struct GramsPerKilowattHourTag>;

constexpr Joules operator*(Watts p, Seconds t) {
  return Joules{p.value() * t.value()};
}
constexpr Joules operator*(Seconds t, Watts p) {
  return p * t;
}
constexpr Watts operator/(Joules e, Seconds t) {
  return Watts{e.value() / t.value()};
}
constexpr Seconds operator/(Joules e, Watts p) {
  return Seconds{e.value() / p.value()};
}
constexpr GramsCO2e operator*(KilowattHours e, GramsPerKilowattHour i) {
  return GramsCO2e{e.value() * i.value()};
}
constexpr GramsCO2e operator*(GramsPerKilowattHour i, KilowattHours e) {
  return e * i;
}

constexpr double joules_per_kilowatt_hour = 3.6e6;
constexpr KilowattHours to_kilowatt_hours(Joules e) {
  return KilowattHours{e.value() / joules_per_kilowatt_hour};
}
constexpr Joules to_joules(KilowattHours e) {
  return Joules{e.value() * joules_per_kilowatt_hour};
}

}  // namespace joulecast
