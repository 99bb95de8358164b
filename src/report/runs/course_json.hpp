// The courses of a run as JSON: power over time, epochs, forecasts. data/api/openapi.yaml describes the keys.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "session/reporting/energy_course.hpp"
#include "session/reporting/epoch_course.hpp"
#include "session/reporting/forecast_course.hpp"
#include "session/reporting/power_course.hpp"

namespace joulecast::report {

enum class SeriesBy { component, device };

[[nodiscard]] std::string to_json_text(const session::PowerCourse& course, const trace::Run& run,
                                       SeriesBy by);
/// A course that the run lacks is an empty list and the reason.
[[nodiscard]] std::string to_json_text(const Result<session::EnergyCourse>& course,
                                       const std::optional<Joules>& budget, const trace::Run& run);
[[nodiscard]] std::string to_json_text(const Result<session::EpochCourse>& course, const trace::Run& run);
[[nodiscard]] std::string to_json_text(const Result<session::ForecastCourse>& course,
                                       const Result<session::ForecastRecord>& record, const trace::Run& run);

}  // namespace joulecast::report
