// joulecast budget AMOUNT --gpu GPU…: the model and data that make the most of a budget.
#include <memory>

#include "base/files.hpp"
#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "report/forecast/budget_report.hpp"
#include "report/pictures/svg.hpp"

namespace joulecast::cli {
namespace {

struct BudgetOptions {
  session::BudgetRequest request;
  std::string json, svg, size_svg;
};

int plan(const BudgetOptions& options) {
  const auto result = session::plan_budget(options.request);
  if (!result) return report_error(result.error());
  if (!options.svg.empty())
    if (auto written = write_file(options.svg, report::to_svg(report::to_plot(*result))); !written)
      return report_error(written.error());
  if (!options.size_svg.empty())
    if (auto written = write_file(options.size_svg, report::to_svg(report::to_size_plot(*result))); !written)
      return report_error(written.error());
  return report_result(
      options.json, [&] { return report::to_text(*result); }, [&] { return report::to_json_text(*result); });
}

std::function<int()> define_budget(Arguments app) {
  auto options = std::make_shared<BudgetOptions>();
  auto& request = options->request;
  app.add_option("AMOUNT", request.amount,
                 "Energy (100kWh), time of all GPUs together (72h), '500 gpu-h', or money (2000EUR)")
      .required();
  app.add_option("--gpu", request.gpus,
                 "GPU names of the catalogue, or 'name=…,tdp_w=…' (joulecast hardware)")
      .required();
  app.add_option("--gpus", request.gpu_count, "GPUs that share the training")
      .show_default()
      .whole_between(1, 1 << 30);
  app.add_option("--precision", request.precision, "Of the matrix products: bf16, fp16, tf32 or fp32")
      .show_default();
  app.add_option("--mfu", request.mfu, "Share of the peak that your training reaches: 0.4 is 40 %");
  app.add_option("--power", request.power_w, "Mean power of one GPU in W");
  app.add_option("--host-power", request.host_w, "Power of the rest of the machine in W, for each GPU");
  app.add_option("--kwh-price", request.kwh_price, "Price of a kWh, in the currency of the budget");
  app.add_option("--gpu-hour-price", request.gpu_hour_price, "Price of an hour of one GPU");
  app.add_option("--law", request.laws,
                 "chinchilla-refit, chinchilla, sparse-t5, sparse-vit (default: the first three)");
  app.add_option("--sparsity", request.sparsities, "Shares of zeros for the sparse laws")
      .show_default("0.5,0.75")
      .delimiter(',');
  app.add_option("--size", request.size, "Parameters of your model: what the budget does with it");
  add_place_options(app, request.place);
  add_json_option(app, options->json);
  app.add_option("--svg", options->svg, "Draw the loss against the budget").type_name("FILE");
  app.add_option("--size-svg", options->size_svg, "Draw the loss against the size of the model")
      .type_name("FILE");
  return [options] { return plan(*options); };
}

}  // namespace

extern const Command budget_command{"budget", "The model and data that make the most of a budget", "Predict",
                                    define_budget};

}  // namespace joulecast::cli
