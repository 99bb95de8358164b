#include "trace/training_description.hpp"

#include <gmock/gmock.h>

namespace joulecast::trace {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ApplyTags, OverridesWhatWasRecorded) {
  TrainingDescription training;
  training.architecture = "vgg16";
  training.batch_size = 32;
  training.dataset = "cifar10";
  EXPECT_THAT(apply_tags(training, {{"architecture", " resnet50 "},
                                    {"batch_size", "64"},
                                    {"gpu_count", "2"},
                                    {"power_limit_w", "300"},
                                    {"validation_samples", "0"},
                                    {"source", "lab"},
                                    {"team", "vision"}}),
              IsEmpty());
  EXPECT_EQ(training.architecture, "resnet50");
  EXPECT_EQ(training.batch_size, 64);
  EXPECT_EQ(training.gpu_count, 2);
  EXPECT_EQ(training.gpu_power_limit_w, 300);
  EXPECT_EQ(training.validation_samples, 0);
  EXPECT_EQ(training.dataset, "cifar10");
}

TEST(ApplyTags, AnEmptyTagSaysThatItIsNotKnown) {
  TrainingDescription training;
  training.framework = "pytorch";
  training.epochs = 3;
  EXPECT_THAT(apply_tags(training, {{"framework", ""}, {"epochs", " "}}), IsEmpty());
  EXPECT_EQ(training.framework, "");
  EXPECT_EQ(training.epochs, std::nullopt);
}

TEST(ApplyTags, NamesImpossibleValuesAndKeepsWhatItHad) {
  TrainingDescription training;
  training.batch_size = 32;
  const Tags tags{{"batch_size", "1.5"}, {"train_samples", "1e300"}, {"epochs", "0"},
                  {"params", "many"},    {"gpu_count", "-1"},        {"power_limit_w", "nan"}};
  EXPECT_THAT(apply_tags(training, tags), ElementsAre("batch_size=1.5", "train_samples=1e300", "gpu_count=-1",
                                                      "power_limit_w=nan", "epochs=0", "params=many"));
  EXPECT_EQ(training.batch_size, 32);
  EXPECT_EQ(training.params, std::nullopt);
}

TEST(DescriptionTags, NameEveryTagThatIsApplied) {
  EXPECT_THAT(description_tags(), Contains("gflops_forward_per_sample"));
  EXPECT_THAT(description_tags(), Contains("source"));
  for (const auto tag : description_tags()) {
    TrainingDescription training;
    EXPECT_FALSE(says(training, tag)) << tag;
    EXPECT_THAT(apply_tags(training, {{std::string(tag), "7"}}), IsEmpty()) << tag;
    EXPECT_EQ(says(training, tag), tag != "source") << tag;  // it is kept elsewhere
  }
  EXPECT_FALSE(says({}, "team"));
}

TEST(ImpossibleValues, AreThoseThatNoTagCouldSay) {
  TrainingDescription training;
  training.params = 0;
  EXPECT_THAT(impossible_values(training), IsEmpty());
  training.batch_size = 0;
  training.gpu_power_limit_w = -5;
  EXPECT_THAT(impossible_values(training), ElementsAre("batch_size=0", "power_limit_w=-5"));
}

TEST(InputShape, IsAsGivenElseThatOfTheImage) {
  TrainingDescription training;
  EXPECT_EQ(input_shape_of(training), "");
  training.image_size = {224, 200, 3};
  EXPECT_EQ(input_shape_of(training), "3x224x200");
  training.input_shape = "128";
  EXPECT_EQ(input_shape_of(training), "128");
}

}  // namespace
}  // namespace joulecast::trace
