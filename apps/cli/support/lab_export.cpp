// joulecast lab export PLAN.
#include <fmt/format.h>

#include <memory>

#include "base/files.hpp"
#include "cli/support/command.hpp"
#include "cli/support/lab.hpp"
#include "lab/export/export.hpp"
#include "lab/plan/read_plan.hpp"

namespace joulecast::cli {
namespace {

struct Options {
  std::string plan, snakemake, kubernetes, program;
  lab::KubernetesOptions pods;
};

Status write_snakefile(const lab::Plan& plan, const Options& options) {
  std::error_code error;
  std::filesystem::create_directories(options.snakemake, error);
  if (error) return fail(ErrorKind::denied, options.snakemake, "cannot be made: {}", error.message());
  const auto file = std::filesystem::path(options.snakemake) / "Snakefile";
  const auto program = options.program.empty() ? "joulecast" : options.program;
  if (const auto ok = write_file(file, lab::to_snakefile(plan, program)); !ok) return ok;
  note(fmt::format("{}: {} rules; snakemake --cores all --directory {} --snakefile {}", file.string(),
                   plan.cells.size() + 1, options.snakemake, file.string()));
  return {};
}

Status write_manifest(const lab::Plan& plan, const Options& options) {
  if (options.pods.image.empty()) return fail_field("image", "is needed for Kubernetes: what the pods run");
  if (options.pods.claim.empty())
    return fail_field("claim", "is needed for Kubernetes: the volume that holds the plan's folder");
  auto pods = options.pods;
  if (!options.program.empty()) pods.program = options.program;
  const auto jobs = lab::to_kubernetes(plan, pods);
  if (const auto made = lab::TaskFolder(plan.home).make(); !made) return made;
  for (const auto& [file, text] : jobs.lists)
    if (const auto ok = write_file(file, text); !ok) return ok;
  if (const auto ok = write_file(options.kubernetes, jobs.manifest); !ok) return ok;
  note(fmt::format("{}: {} job{}; kubectl apply -f {}, then joulecast lab collect {}", options.kubernetes,
                   jobs.lists.size(), jobs.lists.size() == 1 ? "" : "s", options.kubernetes, options.plan));
  return {};
}

int export_plan(const Options& options) {
  if (options.snakemake.empty() && options.kubernetes.empty())
    return report_error(fail_field("snakemake", "or kubernetes says what to write").value());
  const auto plan = lab::read_plan(options.plan);
  if (!plan) return report_error(plan.error());
  if (!options.snakemake.empty())
    if (const auto ok = write_snakefile(*plan, options); !ok) return report_error(ok.error());
  if (!options.kubernetes.empty())
    if (const auto ok = write_manifest(*plan, options); !ok) return report_error(ok.error());
  if (plan->repetitions.adaptive())
    note(fmt::format(
        "the plan's repetitions are adaptive: this makes the {} that each cell needs at least; then "
        "joulecast lab run {} takes them in, and makes what the rule still wants",
        plan->repetitions.at_least, options.plan));
  return done;
}

}  // namespace

std::function<int()> define_lab_export(Arguments app) {
  auto options = std::make_shared<Options>();
  app.add_option("PLAN", options->plan, "The campaign's plan, a TOML file").required();
  app.add_option("--snakemake", options->snakemake, "Folder to write a Snakefile into, a rule for each cell")
      .type_name("DIR");
  app.add_option("--kubernetes", options->kubernetes, "File to write an Indexed Job into").type_name("FILE");
  app.add_option("--image", options->pods.image, "Container image of the pods, with joulecast in it");
  app.add_option("--claim", options->pods.claim,
                 "PersistentVolumeClaim that holds the plan's folder, at the same path in the pods");
  app.add_option("--program", options->program, "joulecast, as the jobs find it (default: joulecast)");
  return [options] { return export_plan(*options); };
}

}  // namespace joulecast::cli
