#include "network/transformer/config.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/files.hpp"
#include "base/json_depth.hpp"
#include "base/printable.hpp"
#include "base/text.hpp"
#include "network/transformer/config_families.hpp"
#include "network/transformer/unet.hpp"

namespace joulecast::network {
namespace {

namespace fs = std::filesystem;

std::vector<const ConfigFamily*> families() {
  std::vector<const ConfigFamily*> all;
  for (const auto part : {llama_families(), gpt_families(), encoder_families(), other_families()})
    for (const auto& family : part) all.push_back(&family);
  return all;
}

struct Ending {
  std::string_view text;
  HeadKind head;
};

/// The head of a class such as "LlamaForCausalLM"; nothing for one that we do not know.
std::optional<HeadKind> head_of(std::string_view architecture) {
  static constexpr std::array endings{Ending{"ForCausalLM", HeadKind::language},
                                      Ending{"LMHeadModel", HeadKind::language},
                                      Ending{"ForConditionalGeneration", HeadKind::language},
                                      Ending{"ForMaskedLM", HeadKind::masked},
                                      Ending{"ForPreTraining", HeadKind::pretraining},
                                      Ending{"ForSequenceClassification", HeadKind::classifier},
                                      Ending{"ForImageClassification", HeadKind::classifier},
                                      Ending{"ForTokenClassification", HeadKind::by_token},
                                      Ending{"ForQuestionAnswering", HeadKind::by_token},
                                      Ending{"Model", HeadKind::none}};
  for (const auto& [text, head] : endings)
    if (architecture.ends_with(text)) return head;
  return std::nullopt;
}

ConfigContext context_of(ConfigValues& values, const ConfigFamily& family, const ConfigOptions& options,
                         Transformer& transformer) {
  ConfigContext context{.head = family.usual_head};
  if (const auto named = values.texts("architectures"); !named.empty()) {
    const auto head = head_of(named.front());
    context.head = head.value_or(HeadKind::none);
    if (!head)
      transformer.notes.push_back(
          fmt::format("the head of '{}' is not known: without it", printable(named.front())));
    if (named.front().ends_with("ForQuestionAnswering")) context.labels = 2;
    context.is_encoder = named.front().ends_with("EncoderModel");
  }
  const auto labels = values.count("id2label");
  context.labels = options.classes.value_or(labels.value_or(values.number("num_labels", context.labels)));
  return context;
}

Status check_options(const ConfigContext& context, const ConfigOptions& options,
                     const Transformer& transformer) {
  if (!options.classes) return {};
  if (context.head != HeadKind::classifier && context.head != HeadKind::by_token)
    return fail_field("classes", "'{}' has no classifier", transformer.name);
  constexpr std::int64_t most = 1 << 20;
  if (*options.classes < 1 || *options.classes > most)
    return fail_field("classes", "must be from 1 to {}, not {}", most, *options.classes);
  return {};
}

/// An optional size may be 0 (no pooler, no shared expert); a layer that is built may not have nothing in it.
Status check_layers(const ArchitectureFeatures& network, const std::string& origin) {
  for (const auto& layer : network.layers)
    if (std::ranges::any_of(layer.output, [](auto size) { return size < 1; }) || !std::isfinite(layer.flops))
      return fail(ErrorKind::malformed, origin, "layer '{}' would be empty ({}): which size is 0?",
                  layer.name, fmt::join(layer.output, "x"));
  return {};
}

Result<ArchitectureFeatures> build(const nlohmann::json& json, const std::string& name,
                                   const std::string& origin, const ConfigOptions& options) {
  ConfigValues values(json, origin);
  // A single number is the length of a sample's tokens, as in descriptions.
  const bool length = options.input && options.input->size() == 1;
  if (length && options.sequence) return fail_field("sequence", "is given twice: as the input too");
  const auto sequence = length ? std::optional(options.input->front()) : options.sequence;
  const auto image = length ? std::nullopt : options.input;
  if (values.text("_class_name", "") == unet_class) {
    if (options.classes) return fail_field("classes", "'{}' has no classifier", name);
    return build_unet(values, name, sequence, image);
  }
  const auto type = values.text("model_type", "");
  if (type.empty())
    return fail(ErrorKind::malformed, origin, "has no 'model_type': is it the configuration of a model?");
  const auto all = families();
  const auto found = std::ranges::find(all, type, [](const auto* family) { return family->model_type; });
  if (found == all.end())
    return fail(ErrorKind::invalid, origin, "model type '{}' is not known; known are {}", printable(type),
                fmt::join(known_model_types(), ", "));
  Transformer transformer;
  transformer.name = name;
  transformer.origin = origin;
  const auto context = context_of(values, **found, options, transformer);
  if (auto ok = check_options(context, options, transformer); !ok) return propagate(ok.error());
  (*found)->fill(values, context, transformer);
  if (values.error()) return propagate(*values.error());
  constexpr std::size_t most_blocks = 2000;
  if (transformer.stack.blocks.size() > most_blocks)
    return fail(ErrorKind::malformed, origin, "has more than {} layers", most_blocks);
  return build_transformer(transformer, sequence, image);
}

/// "llama-3-8b" of llama-3-8b/config.json, "own" of own.json.
std::string name_of(const fs::path& file) {
  if (file.filename() != "config.json") return file.stem().string();
  std::error_code ignored;
  const auto folder = fs::absolute(file, ignored).lexically_normal().parent_path().filename().string();
  return folder.empty() ? "config" : folder;
}

}  // namespace

std::vector<std::string> known_model_types() {
  std::vector<std::string> types;
  for (const auto* family : families()) types.emplace_back(family->model_type);
  std::ranges::sort(types);
  return types;
}

Result<ArchitectureFeatures> parse_config(std::string_view text, const std::string& name,
                                          const std::string& origin, const ConfigOptions& options) {
  if (json_is_deeper(text)) return fail(ErrorKind::malformed, origin, "nests too deeply");
  const auto json = nlohmann::json::parse(without_byte_order_mark(text), nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return fail(ErrorKind::malformed, origin, "is not JSON");
  if (!json.is_object()) return fail(ErrorKind::malformed, origin, "is not a JSON object");
  auto built = build(json, name, origin, options);
  if (!built) return built;
  if (auto ok = check_layers(*built, origin); !ok) return propagate(ok.error());
  return built;
}

Result<ArchitectureFeatures> read_config(const fs::path& path, const ConfigOptions& options) {
  std::error_code ignored;
  const auto file = fs::is_directory(path, ignored) ? path / "config.json" : path;
  const auto text = read_file(file);
  if (!text) return propagate(text.error());
  return parse_config(*text, name_of(file), file.string(), options);
}

std::string activation_of(const std::string& name) {
  const auto lower = to_lower(name);
  if (lower == "silu" || lower == "swish") return "swish";
  if (lower == "gelu_new" || lower == "gelu_fast") return "gelu_new";
  if (lower.find("gelu") != std::string::npos) return "gelu";
  return lower;
}

void put_decoder_head(const ConfigContext& context, bool tied, bool bias, Transformer& transformer) {
  if (context.head == HeadKind::none) return;
  const bool language = context.head != HeadKind::classifier && context.head != HeadKind::by_token;
  if (language) {
    transformer.head.push_back({.outputs = transformer.tokens->vocabulary, .bias = bias, .tied = tied});
    return;
  }
  transformer.head.push_back({.outputs = context.labels, .bias = context.head == HeadKind::by_token});
}

void put_usual_sequence(std::int64_t most_positions, Transformer& transformer) {
  constexpr std::int64_t usual = 2048;
  transformer.usual_sequence = most_positions > 0 ? std::min(most_positions, usual) : usual;
}

}  // namespace joulecast::network
