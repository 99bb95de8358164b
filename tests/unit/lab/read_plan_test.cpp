#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "base/files.hpp"
#include "lab/plan/cells.hpp"
#include "lab/plan/order.hpp"
#include "lab/plan/template.hpp"
#include "plan_of.hpp"

namespace joulecast::lab {
namespace {

TEST(ReadPlan, MakesACellOfEachCombination) {
  const auto plan = plan_with("");
  ASSERT_TRUE(plan) << to_string(plan.error());
  EXPECT_EQ(plan->name, "p");
  EXPECT_EQ(plan->repetitions.at_least, 4);
  ASSERT_EQ(plan->cells.size(), 6u);
  EXPECT_EQ(plan->cells[0].key, "architecture=resnet18,batch=16");
  EXPECT_EQ(plan->cells[1].key, "architecture=resnet18,batch=32");
  EXPECT_EQ(plan->cells[5].key, "architecture=vgg11,batch=64");
  EXPECT_TRUE(plan->folder.is_absolute());
}

/// Every key that a plan may have.
constexpr std::string_view whole_plan = R"toml(
name = "vision"
command = ["python", "train.py", "--arch={architecture}", "--json", "{{\"a\": {batch}}}"]
folder = ".."
repetitions = {min = 5, max = 30, half_width = "2%", of = "median", level = 0.9, compare = "batch", equal_within = "3%", each_alone = true}
seed = 7
order = "as-written"
timeout = "2h"
grace = "10s"
energy_budget = "50kWh"
price = "0.25EUR"
give_up_after = 2
collect = ["out/*.csv"]
variables = {OMP_NUM_THREADS = 4}
tags = {dataset = "CIFAR-10", epochs = 3, batch_size = "{batch}"}
[factors]
architecture = ["resnet18"]
batch = [16, 32]
[environments.small]
gpus = [0]
cpus = "0-2,5"
power_limit = "200W"
board = "RTX 3090"
partition = "gpu"
constraint = "a100"
variables = {X = "{batch}"}
[environments.large]
gpus = ["GPU-5f3a"]
[[exclude]]
batch = 32
environment = ["large"]
[[include]]
architecture = "vgg11"
batch = 16
environment = "large"
[warm_up]
steady = "1%"
at_most = "15min"
[cool_down]
within = "5%"
[retry]
times = 2
on = ["killed"]
wait = "5s"
[disk_full]
exit_status = [28]
[out_of_memory]
exit_status = [17]
output = ["no more room"]
usual = false
[metrics]
accuracy = {regex = "accuracy: ([0-9.]+)"}
f1 = {file = "metrics.json", key = "test.f1"}
loss = {progress = "val_loss"}
[reference]
cell = {architecture = "resnet18", batch = 16, environment = "small"}
every = 5
tolerance = 0.03
[progress]
epochs = "3"
interval = "100ms"
[place]
country = "ESP"
pue = 1.2
[quiet]
load = 0.3
)toml";

TEST(ReadPlan, ReadsEverythingThatAPlanMaySay) {
  const auto plan = parse_plan(whole_plan, "p.toml");
  ASSERT_TRUE(plan) << to_string(plan.error());
  EXPECT_EQ(plan->name, "vision");
  EXPECT_EQ(plan->repetitions.at_most, 30);
  EXPECT_TRUE(plan->repetitions.of_median);
  EXPECT_EQ(plan->repetitions.compare, "batch");
  EXPECT_EQ(plan->repetitions.equal_within, 0.03);
  EXPECT_TRUE(plan->repetitions.each_alone);
  EXPECT_EQ(plan->order, Order::as_written);
  EXPECT_EQ(plan->timeout, Seconds{7200});
  EXPECT_EQ(plan->energy_budget, Joules{50 * 3.6e6});
  ASSERT_EQ(plan->environments.size(), 2u);
  EXPECT_EQ(plan->environments[0].cpus, (std::vector{0, 1, 2, 5}));
  EXPECT_EQ(plan->environments[0].power_limit, Watts{200});
  // 2 x 2 combinations, one excluded and one more
  ASSERT_EQ(plan->cells.size(), 4u);
  EXPECT_EQ(plan->cells[3].key, "architecture=vgg11,batch=16,environment=large");
  EXPECT_EQ(plan->environment_of(plan->cells[3])->name, "large");
  EXPECT_EQ(plan->retry.on, std::vector{Outcome::killed});
  EXPECT_FALSE(plan->out_of_memory.usual);
  EXPECT_TRUE(plan->disk_full.usual);
  ASSERT_EQ(plan->metrics.size(), 3u);
  EXPECT_EQ(plan->metrics[1].key, "test.f1");
  EXPECT_EQ(plan->cells[plan->reference->cell].key, "architecture=resnet18,batch=16,environment=small");
  EXPECT_EQ(plan->reference->tolerance, 0.03);
}

/// The keys of a table in the schema: its own, or those that each of its entries has.
std::set<std::string> keys_of(const nlohmann::json& schema) {
  std::set<std::string> keys;
  for (const auto& [key, value] : schema.items()) keys.insert(key);
  return keys;
}

/// data/lab/plan.schema.json says what the reader knows, table by table.
TEST(Schema, HasTheKeysThatAPlanMayHave) {
  const auto text = read_file(std::string(JOULECAST_SOURCE) + "/data/lab/plan.schema.json");
  ASSERT_TRUE(text);
  const auto schema = nlohmann::json::parse(*text);
  const auto& top = schema["properties"];
  const auto known = plan_keys(whole_plan);
  std::map<std::string, nlohmann::json> tables{
      {"", top},
      {"repetitions", top["repetitions"]["anyOf"][1]["properties"]},
      {"environments.small", top["environments"]["additionalProperties"]["properties"]},
      {"metrics.f1", top["metrics"]["additionalProperties"]["properties"]},
  };
  for (const auto* name : {"place", "quiet", "warm_up", "cool_down", "retry", "out_of_memory", "disk_full",
                           "progress", "reference"})
    tables[name] = top[name]["properties"];
  for (const auto& [path, properties] : tables) {
    ASSERT_TRUE(known.contains(path)) << path;
    const auto& keys = known.at(path);
    EXPECT_EQ(keys_of(properties), std::set<std::string>(keys.begin(), keys.end())) << "table " << path;
  }
}

struct Wrong {
  const char* name;
  std::string text;
  const char* where;    ///< file:line
  const char* message;  ///< a part of it
};

std::string with(const std::string& lines, const std::string& tables = "") {
  return lines + std::string(small_plan) + tables;
}

/// One line each, with the line and the field; of whatever kind, nothing runs.
const std::vector<Wrong>& wrong_plans() {
  static const std::vector<Wrong> all{
      {"no_toml", "command = [", "p.toml:1", ""},
      {"a_key_twice", "seed = 1\nseed = 2\n", "p.toml:2", ""},
      {"a_table_twice", with("", "[factors]\nx = [1]\n"), "p.toml:7", ""},
      {"an_unknown_key", with("tiemout = \"1h\""), "p.toml:1",
       "tiemout: there is no such key; did you mean \"timeout\"?"},
      {"an_unknown_key_in_a_table", with("", "[warm_up]\nduration = 5\nidel = 4\n"), "p.toml:9",
       "warm_up.idel: there is no such key"},
      {"an_unknown_table", with("", "[warmup]\nduration = 5\n"), "p.toml:7", "did you mean \"warm_up\"?"},
      {"a_wrong_type", with("timeout = [1]"), "p.toml:1", "timeout: cannot be read"},
      {"a_text_for_a_number", with("seed = \"x\""), "p.toml:1", "seed: must be a whole number, not a text"},
      {"a_number_for_a_list", with("collect = 3"), "p.toml:1", "collect: must be a list, not a whole number"},
      {"a_command_as_text", "command = \"python {a}\"\nrepetitions = 1\n[factors]\na = [1]\n", "p.toml:1",
       "must be a list of words"},
      {"no_command", "repetitions = 1\n[factors]\na = [1]\n", "p.toml", "command: is missing"},
      {"no_repetitions", "command = [\"a\", \"{a}\"]\n[factors]\na = [1]\n", "p.toml",
       "repetitions: is missing"},
      {"no_factors", "command = [\"a\"]\nrepetitions = 1\n", "p.toml", "factors: is missing"},
      {"misspelt_factors", "command = [\"a\", \"{a}\"]\nrepetitions = 1\n[factor]\na = [1]\n", "p.toml:3",
       "did you mean \"factors\"?"},
      {"empty_factors", "command = [\"a\"]\nrepetitions = 1\n[factors]\n", "p.toml:3", "factors: is empty"},
      {"a_factor_without_levels", "command = [\"{a}\"]\nrepetitions = 1\n[factors]\na = []\n", "p.toml:4",
       "factors.a: is empty"},
      {"a_factor_that_is_no_list", "command = [\"{a}\"]\nrepetitions = 1\n[factors]\na = 3\n", "p.toml:4",
       "must be a list of levels"},
      {"two_levels_alike", "command = [\"{a}\"]\nrepetitions = 1\n[factors]\na = [1, \"1\"]\n", "p.toml:4",
       "two levels that are alike: 1"},
      {"a_level_that_is_a_list", "command = [\"{a}\"]\nrepetitions = 1\n[factors]\na = [[1]]\n", "p.toml:4",
       "list of texts and numbers"},
      {"a_factor_like_a_measurement",
       "command = [\"{energy_j}\"]\nrepetitions = 1\n[factors]\nenergy_j = [1]\n", "p.toml:4", "is measured"},
      {"a_metric_like_a_measurement",
       "command = [\"{a}\"]\nrepetitions = 1\n[factors]\na = [1]\n[metrics]\nduration_s = {file = \"f\", key "
       "= \"k\"}\n",
       "p.toml:6", "is measured"},
      {"a_metric_like_a_factor",
       "command = [\"{a}\"]\nrepetitions = 1\n[factors]\na = [1]\n[metrics]\na = {file = \"f\", key = "
       "\"k\"}\n",
       "p.toml:6", "is a factor"},
      {"a_reserved_factor", "command = [\"{seed}\"]\nrepetitions = 1\n[factors]\nseed = [1]\n", "p.toml:4",
       "has another meaning"},
      {"a_factor_that_is_no_name", "command = [\"a\"]\nrepetitions = 1\n[factors]\n\"a b\" = [1]\n",
       "p.toml:4", "is no name"},
      {"a_template_of_nothing", "command = [\"a\"]\nrepetitions = 1\n[factors]\nx = [1]\n", "p.toml:1",
       "names no factor"},
      {"an_unknown_placeholder",
       "command = [\"{batc}\", \"{batch}\"]\nrepetitions = 1\n[factors]\nbatch = [1]\n", "p.toml:1",
       "{batc} is no factor; did you mean \"batch\"?"},
      {"an_open_brace", "command = [\"{batch\"]\nrepetitions = 1\n[factors]\nbatch = [1]\n", "p.toml:1",
       "brace"},
      {"an_unused_factor", with("").replace(with("").find("\"{batch}\", "), 11, ""), "p.toml:6",
       "factors.batch: is not used"},
      {"an_exclusion_of_nothing",
       with("", "[[exclude]]\narchitecture = \"vgg11\"\nbatch = [16]\n[[exclude]]\nbatch = 128\n"),
       "p.toml:11", "has no level 128"},
      {"an_exclusion_of_all", with("", "[[exclude]]\nbatch = [16, 32, 64]\n"), "p.toml:7",
       "excludes every cell"},
      {"exclusions_of_all_together", with("", "[[exclude]]\nbatch = [16, 32]\n[[exclude]]\nbatch = 64\n"),
       "p.toml:7", "together exclude every cell"},
      {"an_exclusion_by_no_factor", with("", "[[exclude]]\nbach = 16\n"), "p.toml:8",
       "exclude.bach: is no factor; did you mean \"batch\"?"},
      {"an_empty_exclusion", with("", "[[exclude]]\n"), "p.toml:7", "names levels of factors"},
      {"a_cell_twice", with("", "[[include]]\narchitecture = \"vgg11\"\nbatch = 16\n"), "p.toml:7",
       "is there already"},
      {"a_cell_without_a_factor", with("", "[[include]]\narchitecture = \"vgg16\"\n"), "p.toml:7",
       "include.batch: is missing"},
      {"min_above_max",
       "repetitions = {min = 5, max = 3, half_width = 0.1}\ncommand = [\"{a}\"]\n[factors]\na = [1]\n",
       "p.toml:1", "min: is above max"},
      {"an_adaptive_rule_without_a_rule",
       "repetitions = {min = 2, max = 3}\ncommand = [\"{a}\"]\n[factors]\na = [1]\n", "p.toml:1",
       "half_width or compare"},
      {"a_comparison_of_no_factor",
       "repetitions = {min = 2, max = 3, compare = \"b\"}\ncommand = [\"{a}\"]\n[factors]\na = [1]\n",
       "p.toml:1", "compare: names no factor"},
      {"a_level_of_blanks", "command = [\"{a}\"]\nrepetitions = 1\n[factors]\na = [\" \", 1]\n", "p.toml:4",
       "factors.a: must be a list of texts and numbers, none of them empty"},
      {"work_that_is_no_number", with("", "[progress]\nepochs = \"many\"\n"), "p.toml:8",
       "progress.epochs: must be a number above 0, not \"many\""},
      {"work_of_a_level_that_is_no_number", with("", "[progress]\nsteps = \"{architecture}\"\n"), "p.toml:8",
       "progress.steps: must be a number above 0, not \"resnet18\""},
      {"a_tag_that_is_a_factor", with("tags = {batch = \"x\"}"), "p.toml:1",
       "tags.batch: is a factor: each run is tagged with its level"},
      {"a_price_that_is_none", with("price = \"cheap\""), "p.toml:1", "price: is no price"},
      {"a_cost_that_is_none", with("cost = \"energy_per_sampel_j\""), "p.toml:1", "energy_per_sample_j"},
      {"an_impossible_place", with("place = {pue = 0.5}"), "p.toml:1", "place.pue: must be 1 to 100"},
      {"no_repetition_at_all", "repetitions = 0\ncommand = [\"{a}\"]\n[factors]\na = [1]\n", "p.toml:1",
       "must be 1 to"},
      {"time_and_rule", with("", "[warm_up]\nduration = 5\nsteady = \"1%\"\n"), "p.toml:8",
       "exclude each other"},
      {"a_share_above_all", with("", "[cool_down]\nwithin = \"500%\"\n"), "p.toml:8", "must be a share"},
      {"a_metric_from_nowhere", with("", "[metrics]\nf1 = {}\n"), "p.toml:8",
       "needs one of regex, file and progress"},
      {"a_metric_without_a_group", with("", "[metrics]\nf1 = {regex = \"f1\"}\n"), "p.toml:8",
       "needs a group"},
      {"a_metric_of_a_bad_expression", with("", "[metrics]\nf1 = {regex = \"(\"}\n"), "p.toml:8",
       "cannot be read"},
      {"an_unknown_failure", with("", "[retry]\non = [\"kiled\"]\n"), "p.toml:8", "did you mean \"killed\"?"},
      {"a_retry_of_what_is_done", with("", "[retry]\non = [\"finished\"]\n"), "p.toml:8",
       "is no kind of failure"},
      {"a_status_that_is_none", with("", "[out_of_memory]\nexit_status = [0]\n"), "p.toml:8",
       "from 1 to 255"},
      {"a_reference_that_is_no_cell", with("", "[reference]\ncell = {architecture = \"vgg11\", batch = 8}\n"),
       "p.toml:8", "is no cell of the plan"},
      {"a_limit_without_gpus", with("", "[environments.a]\npower_limit = 200\n"), "p.toml:8", "needs gpus"},
      {"cpus_that_are_none", with("", "[environments.a]\ncpus = \"3-1\"\n"), "p.toml:8", "numbers of CPUs"},
      {"an_environment_that_is_no_table", with("", "[environments]\na = 1\n"), "p.toml:8", "must be a table"},
      {"too_many_cells",
       "command = [\"{a}{b}{c}{d}{e}{f}\"]\nrepetitions = 1\n[factors]\n" +
           [] {
             std::string text;
             for (const char* name : {"a", "b", "c", "d", "e", "f"})
               text += std::string(name) + " = [1,2,3,4,5,6,7,8,9]\n";
             return text;
           }(),
       "p.toml:9", "more than 100000 cells"},
      {"quotes_of_a_word_processor", "# é\nname = \"é\"\ncommand = [“a”]\n", "p.toml:3",
       "has “ outside quotes"},
      {"a_letter_behind_quotes", "name = \"\"\"é\n\"é\\\"\"\"\"\"é\n", "p.toml:2", "has é outside quotes"},
      {"a_letter_in_a_key", "name = 'é\\'\nétage = 1\n", "p.toml:2", "has é outside quotes"},
      {"bytes_that_are_no_text", "name = '\\'\n\xba\xba = 1\n", "p.toml:2", "outside quotes"},
      {"a_header_without_a_name", "name = \"a\"\n[{\"!", "p.toml:2", "expected bare key"},
      {"endless_nesting", "x = " + std::string(5000, '['), "p.toml:1", ""},
  };
  return all;
}

class WrongPlan : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongPlan, IsRefusedWithItsLineAndField) {
  const auto& wrong = GetParam();
  const auto plan = parse_plan(wrong.text, "p.toml");
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().kind, ErrorKind::malformed);
  EXPECT_EQ(plan.error().where, wrong.where) << plan.error().message;
  EXPECT_NE(plan.error().message.find(wrong.message), std::string::npos) << plan.error().message;
  EXPECT_EQ(plan.error().message.find('\n'), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(All, WrongPlan, ::testing::ValuesIn(wrong_plans()),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Cells, DifferentLevelsHaveDifferentKeys) {
  EXPECT_NE(key_of({{"a", "1,b=2"}}), key_of({{"a", "1"}, {"b", "2"}}));
  EXPECT_NE(make_cell({{"a", "1"}}).id, make_cell({{"a", "2"}}).id);
  // The same on every machine and in every version, since journals and stores hold it.
  EXPECT_EQ(make_cell({{"a", "1"}}).id, "e650e41904922b36");
}

TEST(Cells, FolderNamesHaveNoSurprises) {
  EXPECT_EQ(folder_name_of(make_cell({{"a", "../x y"}})).find('/'), std::string::npos);
  EXPECT_FALSE(folder_name_of(make_cell({{"a", "../x"}})).starts_with('.'));
  EXPECT_LT(folder_name_of(make_cell({{"a", std::string(5000, 'x')}})).size(), 100u);
}

TEST(Template, BracesAreDoubled) {
  EXPECT_EQ(filled("{{\"a\": {a}}}", {{"a", "1"}}), "{\"a\": 1}");
  EXPECT_FALSE(placeholders_of("a}b"));
  EXPECT_FALSE(placeholders_of("{a b}"));
  EXPECT_FALSE(placeholders_of("{}"));
}

TEST(Order, EachBlockHasEveryCellOnceAndItsOwnOrder) {
  const auto plan = plan_with("");
  ASSERT_TRUE(plan);
  std::set<std::vector<std::size_t>> orders;
  for (int block = 1; block <= 20; ++block) {
    const auto order = order_of_block(*plan, block);
    EXPECT_EQ(std::set(order.begin(), order.end()).size(), 6u);
    EXPECT_EQ(order.size(), 6u);
    orders.insert(order);
  }
  EXPECT_GT(orders.size(), 15u);
  EXPECT_EQ(order_of_block(*plan, 3), order_of_block(*plan, 3));
  const auto other = plan_with("seed = 2\n");
  EXPECT_NE(order_of_block(*plan, 1), order_of_block(*other, 1));
}

/// Each cell comes first equally often: the chi-squared statistic of 6,000 blocks over 6 places.
TEST(Order, IsUniform) {
  const auto plan = plan_with("");
  ASSERT_TRUE(plan);
  std::vector<double> first(6, 0);
  constexpr int blocks = 6000;
  for (int block = 1; block <= blocks; ++block) ++first[order_of_block(*plan, block).front()];
  double chi_squared = 0;
  for (const double count : first)
    chi_squared += (count - blocks / 6.0) * (count - blocks / 6.0) / (blocks / 6.0);
  EXPECT_LT(chi_squared, 20.5);  // 99.9 % of the distribution with 5 degrees of freedom
}

TEST(Order, StaysWhatItWasForTheOtherCellsWhenOneIsTakenAway) {
  const auto plan = plan_with("");
  auto text = std::string(small_plan) + "[[exclude]]\narchitecture = \"vgg11\"\nbatch = 32\n";
  const auto fewer = parse_plan(text, "p.toml");
  ASSERT_TRUE(fewer) << to_string(fewer.error());
  const auto keys = [](const Plan& of, int block) {
    std::vector<std::string> all;
    for (const auto place : order_of_block(of, block)) all.push_back(of.cells[place].key);
    return all;
  };
  for (int block = 1; block <= 5; ++block) {
    auto before = keys(*plan, block);
    std::erase(before, "architecture=vgg11,batch=32");
    EXPECT_EQ(before, keys(*fewer, block));
  }
}

TEST(Order, AsWrittenIsAsWritten) {
  const auto plan = plan_with("order = \"as-written\"\n");
  ASSERT_TRUE(plan);
  EXPECT_EQ(order_of_block(*plan, 2), (std::vector<std::size_t>{0, 1, 2, 3, 4, 5}));
}

TEST(Order, SeedsAreTheSameInAllCells) {
  const auto plan = plan_with("seed = 40\n");
  ASSERT_TRUE(plan);
  EXPECT_EQ(seed_of(*plan, 1), 40u);
  EXPECT_EQ(seed_of(*plan, 3), 42u);
}

}  // namespace
}  // namespace joulecast::lab
