// Transformers by configuration, compared with the sizes that their authors publish.
// tests/cli/config_oracle_test.py compares all of them with the library transformers, and their arithmetic
// too.
#include "network/transformer/config.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/files.hpp"
#include "network/load.hpp"
#include "network/named.hpp"
#include "support/temporary_directory.hpp"

namespace joulecast::network {
namespace {

using joulecast::testing::TemporaryDirectory;
using ::testing::HasSubstr;
using ::testing::Not;

struct Published {
  const char* name;
  std::int64_t parameters;
};
void PrintTo(const Published& published, std::ostream* out) {
  *out << published.name;
}

class PublishedSize : public ::testing::TestWithParam<Published> {};
TEST_P(PublishedSize, IsExact) {
  const auto network = build_named(GetParam().name);
  ASSERT_TRUE(network) << to_string(network.error());
  EXPECT_EQ(totals(*network).parameters, GetParam().parameters);
}

// Tensor sizes on the model pages of huggingface.co; a tied output counts once.
INSTANTIATE_TEST_SUITE_P(
    HuggingFace, PublishedSize,
    ::testing::Values(Published{"meta-llama/Llama-2-7b", 6738415616}, Published{"Llama-2-13b", 13015864320},
                      Published{"Llama-2-70B", 68976648192}, Published{"llama-3-8b", 8030261248},
                      Published{"Llama-3-70B", 70553706496}, Published{"Llama-3.1-405B", 405853388800},
                      Published{"Llama-3.2-1B", 1235814400}, Published{"Llama-3.2-3B", 3212749824},
                      Published{"mistral-7b", 7241732096}, Published{"Mixtral-8x7B", 46702792704},
                      Published{"Mixtral-8x22B", 140620634112}, Published{"Qwen2-0.5B", 494032768},
                      Published{"Qwen2.5-1.5B", 1543714304}, Published{"Qwen2.5-7B", 7615616512},
                      Published{"Qwen2.5-14B", 14770033664}, Published{"Qwen2.5-32B", 32763876352},
                      Published{"Qwen2.5-72B", 72706203648}, Published{"Qwen3-8B", 8190735360},
                      Published{"Qwen3-32B", 32762123264}, Published{"Qwen3-30B-A3B", 30532122624},
                      Published{"Qwen3-235B-A22B", 235093634560}, Published{"gemma-2b", 2506172416},
                      Published{"gemma-7b", 8537680896}, Published{"gemma-2-2b", 2614341888},
                      Published{"gemma-2-9b", 9241705984}, Published{"gemma-2-27b", 27227128320},
                      Published{"gemma-3-1b", 999885952}, Published{"phi-1.5", 1418270720},
                      Published{"phi-2", 2779683840}, Published{"Phi-3-mini", 3821079552},
                      Published{"Phi-3-medium", 13960238080}, Published{"Phi-3.5-MoE", 41873153344},
                      Published{"gpt-neo-1.3B", 1315575808}, Published{"gpt-neo-2.7B", 2651307520},
                      Published{"gpt-j-6b", 6050882784}, Published{"EleutherAI/gpt-neox-20b", 20554567680},
                      Published{"opt-125m", 125239296}, Published{"opt-350m", 331196416},
                      Published{"opt-1.3b", 1315758080}, Published{"opt-6.7b", 6658473984},
                      Published{"pythia-70m", 70426624}, Published{"pythia-410m", 405334016},
                      Published{"pythia-1b", 1011781632}, Published{"pythia-6.9b", 6857302016},
                      Published{"pythia-12b", 11846072320}, Published{"tiiuae/falcon-7b", 6921720704},
                      Published{"mpt-7b", 6649286656}, Published{"starcoder2-3b", 3030371328},
                      Published{"starcoder2-7b", 7173923840}, Published{"stablelm-3b", 2795443200},
                      Published{"command-r-35b", 34980831232}, Published{"bloom-560m", 559214592},
                      Published{"t5-small", 60506624}, Published{"t5-base", 222903552},
                      Published{"t5-large", 737668096}, Published{"flan-t5-base", 247577856},
                      Published{"whisper-tiny", 37760640}, Published{"whisper-small", 241734912},
                      Published{"whisper-large-v2", 1543304960}, Published{"deberta-v3-base", 183831552},
                      Published{"microsoft/deberta-base", 138601728},
                      Published{"deberta-v3-large", 434012160}));

// Parameters of the UNets on their pages on huggingface.co.
INSTANTIATE_TEST_SUITE_P(Diffusers, PublishedSize,
                         ::testing::Values(Published{"stable-diffusion-1.5-unet", 859520964},
                                           Published{"stable-diffusion-2.1-unet", 865910724},
                                           Published{"stable-diffusion-xl-unet", 2567463684}));

TEST(Unet, HasThePublishedArithmetic) {
  // Kim et al. 2023 (BK-SDM, arXiv 2305.15798), table 1: 339 GMACs at 512x512, without the attention's
  // products.
  double macs = 0;
  const auto network = build_named("stable-diffusion-1.5-unet").value();
  for (const auto& layer : network.layers) macs += layer.kind == LayerKind::attention ? 0 : layer.macs;
  EXPECT_NEAR(macs * 1e-9, 339, 0.01 * 339);
}

constexpr const char* small_llama =
    R"({"model_type": "llama", "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2,
        "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 100, "head_dim": 16})";

Result<ArchitectureFeatures> parsed(std::string_view json, const ConfigOptions& options = {}) {
  return parse_config(json, "own", "config.json", options);
}

/// small_llama with one key more, which replaces one of the same name.
std::string changed(const std::string& key, const std::string& value) {
  std::string json = small_llama;
  json.insert(json.rfind('}'), fmt::format(R"(, "{}": {})", key, value));
  return json;
}

TEST(Config, CountsTheProductsOfItsBlocks) {
  const auto network = parsed(small_llama, {.sequence = 10}).value();
  const double projections = 64 * 64 * 2 + 64 * 32 * 2, feed_forward = 3 * 64 * 96, output = 64 * 100;
  EXPECT_DOUBLE_EQ(totals(network).macs,
                   10 * (2 * (projections + feed_forward) + output) + 2 * 4 * 10 * 10 * (16 + 16));
  EXPECT_EQ(totals(network).parameters, 2 * (projections + feed_forward + 2 * 64) + 64 + 2 * output);
  EXPECT_EQ(network.inputs.front().shape, (Shape{1, 10}));
}

TEST(Config, CountsAllExpertsAndComputesThoseThatATokenTakes) {
  const auto json = [](int experts, int active) {
    return fmt::format(R"({{"model_type": "mixtral", "hidden_size": 64, "intermediate_size": 96,
                           "num_hidden_layers": 1, "num_attention_heads": 4, "vocab_size": 100,
                           "num_local_experts": {}, "num_experts_per_tok": {}}})",
                       experts, active);
  };
  const auto few = totals(parsed(json(4, 1), {.sequence = 8}).value());
  const auto more = totals(parsed(json(8, 2), {.sequence = 8}).value());
  EXPECT_EQ(more.parameters - few.parameters, 4 * (3 * 64 * 96 + 64));
  EXPECT_DOUBLE_EQ(more.macs - few.macs, 8 * (3 * 64 * 96 + 4 * 64));
  EXPECT_THAT(parsed(json(4, 5), {}).error().message,
              HasSubstr("'num_experts_per_tok' is 5, more than the 4 experts"));
}

TEST(Config, KeepsNoScoresOfAFusedAttention) {
  // Twice the tokens keep twice the activations, not four times the scores.
  const auto kept = [](std::int64_t tokens) {
    return totals(parsed(small_llama, {.sequence = tokens}).value()).saved_bytes;
  };
  EXPECT_NEAR(kept(4096) / kept(2048), 2, 1e-9);
}

TEST(Config, IsReadFromAFileOrItsFolder) {
  const TemporaryDirectory folder;
  std::filesystem::create_directory(folder.path() / "mine");
  folder.write("mine/config.json", small_llama);
  folder.write("other.json", small_llama);
  for (const auto* name : {"mine", "mine/config.json", "other.json"}) {
    const auto network = load_network((folder.path() / name).string(), {.sequence = 10});
    ASSERT_TRUE(network) << to_string(network.error());
    EXPECT_EQ(network->name, std::string_view(name).starts_with("mine") ? "mine" : "other");
    EXPECT_EQ(totals(*network).parameters, totals(parsed(small_llama).value()).parameters);
  }
  EXPECT_EQ(load_network((folder.path() / "no.json").string()).error().kind, ErrorKind::unavailable);
}

TEST(Config, TakesTheSequenceInTwoWays) {
  const auto tokens = [](const ConfigOptions& options) {
    return parsed(small_llama, options).value().inputs.front().shape[1];
  };
  EXPECT_EQ(tokens({.sequence = 77}), 77);
  EXPECT_EQ(tokens({.input = Shape{77}}), 77);
  EXPECT_EQ(tokens({}), 2048);
  const auto field = [](const std::string& name, const LoadOptions& options) {
    const auto network = load_network(name, options);
    return network ? "" : network.error().where;
  };
  EXPECT_EQ(field("bert_base", {.sequence = 256}), "");
  EXPECT_EQ(field("gpt-neo-1.3b", {.sequence = 4096}), "sequence") << "it knows 2048 positions";
  EXPECT_EQ(field("llama-2-7b", {.sequence = -1}), "sequence");
  EXPECT_EQ(field("llama-2-7b", {.input = Shape{3, 224, 224}}), "input");
  EXPECT_EQ(field("llama-2-7b", {.classes = 3}), "classes");
  EXPECT_EQ(field(std::string(JOULECAST_FIXTURES) + "/onnx/dense.onnx", {.sequence = 9}), "sequence");
}

TEST(Config, ClassifiesWhatItsHeadSays) {
  const auto with_head = changed("architectures", R"(["LlamaForSequenceClassification"])");
  const auto of = [&](const ConfigOptions& options) {
    return totals(parsed(with_head, options).value()).parameters;
  };
  EXPECT_EQ(of({.classes = 12}) - of({}), 64 * 10);
  const auto body = parsed(changed("architectures", R"(["LlamaModel"])")).value();
  EXPECT_EQ(of({.classes = 1}) - totals(body).parameters, 64);
  const auto unknown = parsed(changed("architectures", R"(["LlamaForDancing"])")).value();
  EXPECT_THAT(unknown.notes, ::testing::ElementsAre(HasSubstr("'LlamaForDancing' is not known")));
}

std::string reason(std::string_view json) {
  const auto network = parsed(json);
  return network ? "read" : to_string(network.error());
}

TEST(Config, SaysInOneLineWhatIsWrong) {
  EXPECT_EQ(reason(""), "config.json: is not JSON");
  EXPECT_EQ(reason("[1]"), "config.json: is not a JSON object");
  EXPECT_THAT(reason("{}"), HasSubstr("has no 'model_type'"));
  EXPECT_THAT(reason(R"({"model_type": "mamba"})"),
              HasSubstr("model type 'mamba' is not known; known are bert,"));
  EXPECT_THAT(reason(R"({"model_type": "a\nb"})"), Not(HasSubstr("\n")));
  EXPECT_EQ(reason(R"({"model_type": "llama"})"), "config.json: 'hidden_size' is missing");
  EXPECT_EQ(reason(changed("hidden_size", "-4")),
            "config.json: 'hidden_size' must be a whole number from 0 to 1048576");
  EXPECT_EQ(reason(changed("hidden_size", "0")), "config.json: 'hidden_size' must be at least 1");
  for (const auto* value : {"1.5", "\"64\"", "[64]", "1e300"})
    EXPECT_THAT(reason(changed("vocab_size", value)), HasSubstr("'vocab_size' must be a whole number"))
        << value;
  EXPECT_THAT(reason(changed("tie_word_embeddings", "1")), HasSubstr("must be true or false"));
  EXPECT_THAT(reason(changed("num_hidden_layers", "100000")), HasSubstr("more than 2000 layers"));
  EXPECT_EQ(reason(changed("num_key_value_heads", "3")),
            "config.json: 'num_key_value_heads' is 3, which does not divide 4 heads");
  EXPECT_THAT(reason(std::string(100, '[')), HasSubstr("nests too deeply"));
}

/// A UNet with one key more, which replaces one of the same name.
std::string small_unet(const std::string& key = "", const std::string& value = "0") {
  return fmt::format(
      R"({{"_class_name": "UNet2DConditionModel", "block_out_channels": [32, 64], "sample_size": 8,
                         "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"], "cross_attention_dim": 16,
                         "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D"], "attention_head_dim": 4, "{}": {}}})",
      key, value);
}

TEST(Unet, TakesItsLatentsAndTheTextsLength) {
  const auto usual = parsed(small_unet()).value();
  EXPECT_EQ(usual.inputs[0].shape, (Shape{1, 4, 8, 8}));
  EXPECT_EQ(usual.inputs[1].shape, (Shape{1, 77, 16}));
  const auto other = parsed(small_unet(), {.sequence = 10, .input = Shape{4, 16, 8}}).value();
  EXPECT_EQ(other.inputs[0].shape, (Shape{1, 4, 16, 8}));
  EXPECT_EQ(other.inputs[1].shape, (Shape{1, 10, 16}));
  EXPECT_EQ(totals(other).parameters, totals(usual).parameters);
  EXPECT_EQ(parsed(small_unet(), {.input = Shape{4, 9, 8}}).error().where, "input");
  EXPECT_EQ(parsed(small_unet(), {.classes = 3}).error().where, "classes");
}

TEST(Unet, SaysInOneLineWhatIsWrong) {
  EXPECT_THAT(reason(small_unet("block_out_channels", "[]")), HasSubstr("must have 1 to 16 numbers"));
  EXPECT_THAT(reason(small_unet("block_out_channels", "[32]")), HasSubstr("as many entries"));
  EXPECT_THAT(reason(small_unet("down_block_types", R"(["DownBlock2D", "Other"])")), HasSubstr("not known"));
  EXPECT_THAT(reason(small_unet("attention_head_dim", "[4]")), HasSubstr("a number for each block"));
  EXPECT_THAT(reason(small_unet("attention_head_dim", "5")), HasSubstr("do not fit"));
  EXPECT_THAT(reason(small_unet("layers_per_block", "1000000")), HasSubstr("must be possible"));
}

TEST(HostileConfig, ImpossibleSizesAreRefused) {
  for (const auto& type : known_model_types()) {
    // Every key that any family reads, at its limit.
    std::string json = fmt::format(R"({{"model_type": "{}")", type);
    for (const auto* key : {"hidden_size",
                            "d_model",
                            "n_embd",
                            "dim",
                            "intermediate_size",
                            "d_ff",
                            "ffn_dim",
                            "hidden_dim",
                            "n_inner",
                            "encoder_ffn_dim",
                            "decoder_ffn_dim",
                            "num_attention_heads",
                            "num_heads",
                            "n_head",
                            "n_heads",
                            "d_kv",
                            "encoder_attention_heads",
                            "decoder_attention_heads",
                            "head_dim",
                            "vocab_size",
                            "num_experts",
                            "num_experts_per_tok",
                            "moe_intermediate_size",
                            "shared_expert_intermediate_size",
                            "num_local_experts",
                            "max_position_embeddings",
                            "n_positions",
                            "max_source_positions",
                            "num_mel_bins",
                            "position_buckets",
                            "conv_kernel_size",
                            "type_vocab_size",
                            "image_size",
                            "num_channels",
                            "expansion_ratio"})
      json += fmt::format(R"(, "{}": 1048576)", key);
    for (const auto* key :
         {"num_hidden_layers", "num_layers", "n_layer", "n_layers", "encoder_layers", "decoder_layers"})
      json += fmt::format(R"(, "{}": 2000)", key);
    json += R"(, "relative_attention": true, "pos_att_type": ["c2p", "p2c"], "text_config": )"
            R"({"hidden_size": 1048576, "intermediate_size": 1048576, "num_hidden_layers": 2000})";
    json += "}";
    EXPECT_FALSE(parsed(json)) << type;
  }
}

TEST(Config, AModelWithAnEmptyLayerIsRefused) {
  const auto network = parsed(
      R"({"model_type": "mpt", "d_model": 64, "n_layers": 2, "n_heads": 4, "vocab_size": 320, "expansion_ratio": 0})");
  ASSERT_FALSE(network);
  EXPECT_EQ(network.error().kind, ErrorKind::malformed);
  EXPECT_NE(network.error().message.find("size is 0"), std::string::npos) << network.error().message;
}

}  // namespace
}  // namespace joulecast::network
