// What pickle keeps of structs that are parts of results of several files. Whoever has one of them as a part
// includes this: otherwise the part would be taken for a bound class there.
#pragma once

#include <tuple>

#include "base/clock.hpp"
#include "bind/pickling.hpp"
#include "estimate/online/projector.hpp"
#include "trace/run.hpp"

namespace joulecast::python {

inline auto members(Of<WallTime>) {
  return std::tuple{&WallTime::ns};
}
inline auto members(Of<trace::Span>) {
  return std::tuple{&trace::Span::begin, &trace::Span::end};
}
template <class U>
auto members(Of<estimate::Interval<U>>) {
  return std::tuple{&estimate::Interval<U>::low, &estimate::Interval<U>::high};
}
template <class U>
auto members(Of<estimate::Estimate<U>>) {
  return std::tuple{&estimate::Estimate<U>::value, &estimate::Estimate<U>::interval};
}
inline auto members(Of<estimate::Projection::Expected>) {
  using E = estimate::Projection::Expected;
  return std::tuple{&E::stop_epoch, &E::total, &E::duration, &E::probability_of_full_length,
                    &E::learned_from_earlier_runs};
}
inline auto members(Of<estimate::Projection>) {
  using P = estimate::Projection;
  return std::tuple{&P::share,          &P::used,           &P::total,   &P::remaining,
                    &P::duration,       &P::remaining_time, &P::ready,   &P::may_act,
                    &P::regime_changes, &P::method,         &P::expected};
}

}  // namespace joulecast::python
