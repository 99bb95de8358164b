#include "formats/step_setup.hpp"

#include <algorithm>
#include <cctype>

#include "base/text.hpp"

namespace joulecast::formats {
namespace {

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

std::optional<double> positive(std::string_view digits) {
  const auto value = parse_double(digits);
  return value && *value >= 1 ? value : std::nullopt;
}

/// The whole number behind `key`, which begins a word.
std::optional<double> after(std::string_view text, std::string_view key) {
  for (auto at = text.find(key); at != std::string_view::npos; at = text.find(key, at + 1)) {
    if (at > 0 && is_word(text[at - 1])) continue;
    const auto rest = text.substr(at + key.size());
    const auto end = std::find_if(rest.begin(), rest.end(), [](unsigned char c) { return !std::isdigit(c); });
    return positive(rest.substr(0, static_cast<std::size_t>(end - rest.begin())));
  }
  return std::nullopt;
}

/// The whole number before `key`.
std::optional<double> before(std::string_view text, std::string_view key) {
  const auto at = text.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  auto begin = at;
  while (begin > 0 && std::isdigit(static_cast<unsigned char>(text[begin - 1])) != 0) --begin;
  return positive(text.substr(begin, at - begin));
}

}  // namespace

void read_notes(std::string_view notes, StepSetup& setup) {
  const auto says = [&](std::string_view words) { return notes.find(words) != std::string_view::npos; };
  setup.tensor_parallel =
      std::max(after(notes, "TP=").value_or(1), before(notes, "-way tensor parallel").value_or(1));
  setup.pipeline_parallel =
      std::max(after(notes, "PP=").value_or(1), before(notes, "-stage pipeline").value_or(1));
  setup.expert_parallel = after(notes, "EP=").value_or(1);
  setup.context_parallel = after(notes, "CP=").value_or(1);
  setup.virtual_stages = after(notes, "VP=").value_or(1);
  if (const auto batch = after(notes, "global batch ")) setup.global_batch = batch;
  setup.checkpointing = says("checkpointing True");
  setup.offload = says("offload True");
  setup.full_shard = says("FULL_SHARD");
  setup.optimiser_step = !says("forward + backward") && !says("no optimiser");
  setup.compiled = says("torch.compile");
  setup.one_process = says("nn.DataParallel");
}

}  // namespace joulecast::formats
