#include "lab/export/export.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "lab/plan/cells.hpp"
#include "support/temporary_directory.hpp"

namespace joulecast::lab {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Plan plan_of_two_cells() {
  Plan plan;
  plan.home = "/shared/{braces}/it's.toml";
  plan.name = "Vision Transformers, the 2nd attempt at a campaign with an endless name";
  plan.repetitions = {};
  plan.repetitions.at_least = plan.repetitions.at_most = 3;
  plan.factors = {{"size", {"8", "16"}, 1}};
  plan.cells = cells_of(plan.factors, {});
  return plan;
}

TEST(Snakefile, EscapesWhatSnakemakeAndTheShellWouldRead) {
  const auto plan = plan_of_two_cells();
  const auto text = to_snakefile(plan, "/opt/joule cast");
  EXPECT_THAT(text, HasSubstr("rule cell_" + plan.cells[0].id + ":  # size=8\n"));
  EXPECT_THAT(text, HasSubstr("output: \"/shared/{{braces}}/it's.tasks/results/" + plan.cells[0].id +
                              "-{repetition}-1.json\"\n"));
  EXPECT_THAT(text,
              HasSubstr("shell: \"'/opt/joule cast' lab task '/shared/{{braces}}/it'\\\\''s.toml' --cell " +
                        plan.cells[0].id + " --repetition {wildcards.repetition}\"\n"));
  EXPECT_THAT(text, HasSubstr("range(1, 4)"));
}

TEST(Kubernetes, NamesAreDnsLabels) {
  const auto jobs = to_kubernetes(plan_of_two_cells(), {.image = "i", .claim = "c"});
  const auto manifest = nlohmann::json::parse(jobs.manifest);
  const std::string name = manifest["items"][0]["metadata"]["name"];
  EXPECT_EQ(name, "j-vision-transformers--the-2nd-attempt-at-a-campaign-w");
  EXPECT_EQ(manifest["items"][0]["spec"]["completions"], 6);
  ASSERT_EQ(jobs.lists.size(), 1U);
  EXPECT_EQ(std::ranges::count(jobs.lists[0].second, '\n'), 6);
}

TEST(TaskList, IsReadAsItWasWritten) {
  const testing::TemporaryDirectory folder;
  const auto file = folder.path() / "tasks";
  const std::vector<RunPlace> places{{Role::cell, "0123456789abcdef", 2, 1}, {Role::cell, "f", 3, 4}};
  std::ofstream(file) << to_list(places);
  const auto read = read_list(file);
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, places);
  std::ofstream(file) << "a 1 1\nb 0 1\n";
  const auto wrong = read_list(file);
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().where, HasSubstr("tasks:2"));
}

}  // namespace
}  // namespace joulecast::lab
