// /api/v1/runs/{id}/series: power over time, reduced to what a picture can show.
#include "report/runs/course_json.hpp"
#include "serve/run_routes.hpp"
#include "serve/run_shelf.hpp"

namespace joulecast::serve {
namespace {

constexpr std::int64_t most_points = 5000;
constexpr std::int64_t usual_points = 600;
constexpr double longest = 1e10;  // s

Response answer_run_series(const Request& request, const Services& services) {
  Parameters parameters(request);
  const auto from = parameters.number("from", -longest, longest);
  const auto to = parameters.number("to", -longest, longest);
  const auto points = parameters.whole("points", 1, most_points).value_or(usual_points);
  const auto by = parameters.word("by", {"component", "device"});
  if (const auto status = parameters.check(); !status) return error_response(status.error());
  const auto history = services.shelf->get(request.id);
  if (!history) return run_error(history.error());
  const auto& run = (*history)->run;
  const trace::Span span{from ? Seconds{*from} : run.span.begin, to ? Seconds{*to} : run.span.end};
  const auto course = session::power_course(**history, span, static_cast<std::size_t>(points));
  const auto sum_by = by == "device" ? report::SeriesBy::device : report::SeriesBy::component;
  if (course) return json_response(report::to_json_text(*course, run, sum_by));
  if (course.error().kind != ErrorKind::unavailable) return error_response(course.error());
  // A run whose power was never read has no steps.
  return json_response(report::to_json_text(session::PowerCourse{}, run, sum_by));
}

}  // namespace

extern const Route run_series_route{"/api/v1/runs/{id}/series", Lane::pages, /*in_exporter=*/false,
                                    answer_run_series};

}  // namespace joulecast::serve
