#include "session/forecast/fit_models.hpp"

#include "base/clock.hpp"
#include "base/files.hpp"
#include "estimate/evaluation/fit_models.hpp"

namespace joulecast::session {

Result<FitResult> fit_models(const FitRequest& request) {
  if (auto writable = can_write_file(request.output); !writable) return propagate(writable.error());
  auto data = gather_fit_data(request.input);
  if (!data) return propagate(data.error());
  estimate::ModelFitOptions options;
  options.fit.seed = request.seed;
  options.sources = std::move(data->notes);
  options.created = to_iso8601(system_clock().wall());
  auto model = estimate::fit_models(data->samples, options);
  if (!model) return propagate(with_left_out(model.error(), *data));
  if (auto written = estimate::write_model(*model, request.output); !written)
    return propagate(written.error());
  return FitResult{std::move(*model), request.output, data->runs_used, data->runs_left_out,
                   std::move(data->left_out_text)};
}

}  // namespace joulecast::session
