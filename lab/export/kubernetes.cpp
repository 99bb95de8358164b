#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "lab/export/export.hpp"
#include "lab/plan/order.hpp"

namespace joulecast::lab {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* campaign_label = "joulecast.campaign";
constexpr const char* environment_label = "joulecast.environment";
constexpr std::size_t longest_name = 52;  ///< a pod's name has the index and more behind it

/// A DNS label: small letters, digits and hyphens, a letter first.
std::string dns_label(const std::string& text) {
  std::string label;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    label += letter || (c >= '0' && c <= '9') ? small : '-';
  }
  label = "j-" + label.substr(0, longest_name);
  while (label.back() == '-') label.pop_back();
  return label;
}

/// No two pods of the campaign on one machine, whatever their job.
Json one_on_a_machine(const std::string& campaign) {
  return {{"podAntiAffinity",
           {{"requiredDuringSchedulingIgnoredDuringExecution",
             Json::array({{{"labelSelector", {{"matchLabels", {{campaign_label, campaign}}}}},
                           {"topologyKey", "kubernetes.io/hostname"}}})}}}};
}

Json container_of(const Plan& plan, const Environment* environment, const std::string& list,
                  const KubernetesOptions& options) {
  Json container{{"name", "run"},
                 {"image", options.image},
                 {"command",
                  {options.program, "lab", "task", plan.home.string(), "--tasks", list, "--index",
                   "$(JOB_COMPLETION_INDEX)"}},
                 {"volumeMounts",
                  Json::array({{{"name", "campaign"}, {"mountPath", plan.home.parent_path().string()}}})}};
  if (environment != nullptr && !environment->gpus.empty())
    container["resources"] = {{"limits", {{"nvidia.com/gpu", std::to_string(environment->gpus.size())}}}};
  return container;
}

Json job_of(const Plan& plan, const Environment* environment, const std::string& list, std::size_t tasks,
            const KubernetesOptions& options) {
  const auto campaign = dns_label(plan.name);
  const auto name = environment == nullptr ? campaign : dns_label(plan.name + "-" + environment->name);
  Json pod{
      {"restartPolicy", "Never"},
      {"affinity", one_on_a_machine(campaign)},
      {"containers", Json::array({container_of(plan, environment, list, options)})},
      {"volumes",
       Json::array({{{"name", "campaign"}, {"persistentVolumeClaim", {{"claimName", options.claim}}}}})}};
  if (environment != nullptr) pod["nodeSelector"] = {{environment_label, dns_label(environment->name)}};
  const Json labels{{campaign_label, campaign}};
  return {{"apiVersion", "batch/v1"},
          {"kind", "Job"},
          {"metadata", {{"name", name}, {"labels", labels}}},
          {"spec",
           {{"completionMode", "Indexed"},
            {"completions", tasks},
            {"parallelism", tasks},
            {"backoffLimitPerIndex", plan.retry.times + 1},
            {"template", {{"metadata", {{"labels", labels}}}, {"spec", std::move(pod)}}}}}};
}

}  // namespace

KubernetesJobs to_kubernetes(const Plan& plan, const KubernetesOptions& options) {
  std::map<const Environment*, std::vector<RunPlace>> by_environment;
  for (int block = 1; block <= plan.repetitions.at_least; ++block)
    for (const auto cell : order_of_block(plan, block))
      by_environment[plan.environment_of(plan.cells[cell])].push_back(
          {Role::cell, plan.cells[cell].id, block, 1});
  KubernetesJobs jobs;
  Json items = Json::array();
  const TaskFolder folder(plan.home);
  for (const auto& [environment, places] : by_environment) {
    const auto list =
        folder.root() / (environment == nullptr ? std::string("kubernetes.tasks")
                                                : "kubernetes-" + dns_label(environment->name) + ".tasks");
    items.push_back(job_of(plan, environment, list.string(), places.size(), options));
    jobs.lists.emplace_back(list, to_list(places));
  }
  const Json manifest{{"apiVersion", "v1"}, {"kind", "List"}, {"items", std::move(items)}};
  jobs.manifest = manifest.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  return jobs;
}

}  // namespace joulecast::lab
