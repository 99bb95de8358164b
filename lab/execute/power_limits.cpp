#include "lab/execute/power_limits.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "lab/execute/tool.hpp"

namespace joulecast::lab {
namespace {

Result<std::string> limit_of(const std::string& gpu) {
  const auto answer =
      ask_tool({"nvidia-smi", "--id=" + gpu, "--query-gpu=power.limit", "--format=csv,noheader,nounits"});
  if (!answer) return propagate(answer.error());
  const auto text = std::string(trim(*answer));
  if (!parse_double(text))
    return fail(ErrorKind::denied, "nvidia-smi", "GPU {} tells no power limit: {}", gpu, text);
  return text;
}

Status set_limit(const std::string& gpu, const std::string& watts) {
  const auto answer = ask_tool({"nvidia-smi", "--id=" + gpu, "--power-limit=" + watts});
  if (!answer)
    return fail(answer.error().kind, answer.error().where,
                "the power limit of GPU {} cannot be set to {} W: {}", gpu, watts, answer.error().message);
  return {};
}

}  // namespace

Result<PowerLimits> PowerLimits::set(const std::vector<std::string>& gpus, Watts limit) {
  PowerLimits limits;
  for (const auto& gpu : gpus) {
    const auto before = limit_of(gpu);
    if (!before) return propagate(before.error());
    if (const auto done = set_limit(gpu, fmt::format("{}", limit.value())); !done)
      return propagate(done.error());
    limits.before_.emplace_back(gpu, *before);
  }
  return limits;
}

PowerLimits::~PowerLimits() {
  for (const auto& [gpu, watts] : before_) (void)set_limit(gpu, watts);
}

}  // namespace joulecast::lab
