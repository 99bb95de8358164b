#include "base/secrets.hpp"

#include <gtest/gtest.h>

namespace joulecast {
namespace {

using Words = std::vector<std::string>;

struct Line {
  Words before, after;
};

TEST(Secrets, ValuesOfSecretNamesAreHidden) {
  const Line lines[] = {
      {{"train", "--api-key=abc"}, {"train", "--api-key=***"}},
      {{"train", "--api_key", "abc", "--lr", "0.1"}, {"train", "--api_key", "***", "--lr", "0.1"}},
      {{"train", "--key", "X"}, {"train", "--key", "***"}},
      {{"train", "--password=a=b,c&d"}, {"train", "--password=***"}},
      {{"train", "-token", "abc"}, {"train", "-token", "***"}},
      {{"env", "KEY=abc", "train"}, {"env", "KEY=***", "train"}},
      {{"env", "AWS_SECRET_ACCESS_KEY=a/b+c", "train"}, {"env", "AWS_SECRET_ACCESS_KEY=***", "train"}},
      {{"train", "+wandb.api_key=abc", "db.password=x"}, {"train", "+wandb.api_key=***", "db.password=***"}},
      {{"train", "--hfToken", "abc"}, {"train", "--hfToken", "***"}},
      {{"train", "--url=https://x.org/?token=abc&epochs=3"},
       {"train", "--url=https://x.org/?token=***&epochs=3"}},
      {{"train", "--config", R"({"lr":1,"password":"a,b","n":3})"},
       {"train", "--config", R"({"lr":1,"password":"***","n":3})"}},
      {{"train", R"({"lr": 1, "api_key": "abc"})"}, {"train", R"({"lr": 1, "api_key": "***"})"}},
      {{"curl", "-H", "Authorization: Bearer abc"}, {"curl", "-H", "Authorization: Bearer ***"}},
      {{"sh", "-c", "export API_KEY=abc; python  train.py --token abc --epochs 3\n"},
       {"sh", "-c", "export API_KEY=***; python  train.py --token *** --epochs 3\n"}},
  };
  for (const auto& [before, after] : lines) EXPECT_EQ(without_secrets(before), after) << before.back();
}

TEST(Secrets, OptionsOfProgramsThatNameNoSecret) {
  const Line lines[] = {
      {{"mysql", "-u", "me", "-pSECRET", "db"}, {"mysql", "-u", "me", "-p***", "db"}},
      {{"/usr/bin/mysql", "-p", "db"}, {"/usr/bin/mysql", "-p", "db"}},
      {{"sshpass", "-p", "SECRET", "ssh", "-p", "22", "host"},
       {"sshpass", "-p", "***", "ssh", "-p", "22", "host"}},
      {{"sshpass", "-pSECRET", "ssh", "host"}, {"sshpass", "-p***", "ssh", "host"}},
      {{"redis-cli", "-h", "host", "-a", "SECRET"}, {"redis-cli", "-h", "host", "-a", "***"}},
      {{"curl", "-u", "user:SECRET", "https://x.org"}, {"curl", "-u", "user:***", "https://x.org"}},
      {{"curl", "-uuser:SECRET", "x.org"}, {"curl", "-uuser:***", "x.org"}},
      {{"curl", "--user=user:SECRET", "x.org"}, {"curl", "--user=user:***", "x.org"}},
      {{"docker", "login", "-u", "me", "-p", "SECRET"}, {"docker", "login", "-u", "me", "-p", "***"}},
      {{"docker", "run", "-p", "80:80", "image"}, {"docker", "run", "-p", "80:80", "image"}},
      {{"sh", "-c", "mysql -pSECRET < x.sql && python train.py -p 3"},
       {"sh", "-c", "mysql -p*** < x.sql && python train.py -p 3"}},
      {{"train", "-p", "3", "-u", "a:b"}, {"train", "-p", "3", "-u", "a:b"}},
  };
  for (const auto& [before, after] : lines) EXPECT_EQ(without_secrets(before), after) << before.front();
}

TEST(Secrets, PasswordsInAddressesAreHidden) {
  const Line lines[] = {
      {{"postgresql://me:pass@host/db"}, {"postgresql://me:***@host/db"}},
      {{"--tracking-uri=https://me:p:q@host:80/x"}, {"--tracking-uri=https://me:***@host:80/x"}},
      {{"me:pass@host"}, {"me:***@host"}},
      {{"git@github.com:me/project"}, {"git@github.com:me/project"}},
      {{"me@host:22"}, {"me@host:22"}},
      {{"12:30@"}, {"12:30@"}},
  };
  for (const auto& [before, after] : lines) EXPECT_EQ(without_secrets(before), after) << before.back();
}

TEST(Secrets, TokensOfAKnownFormAreHiddenWhereverTheyStand) {
  const Line lines[] = {
      {{"login", "hf_abcdEFGH1234abcdEFGH"}, {"login", "hf_***"}},
      {{"x", "--remote=https://ghp_abcdEFGH1234abcdEFGH@github.com/x"},
       {"x", "--remote=https://ghp_***@github.com/x"}},
      {{"x", "AKIAABCDEFGHIJ123456"}, {"x", "AKIA***"}},
      {{"x", "sk-learn-pipeline"}, {"x", "sk-learn-pipeline"}},
      {{"x", "hf_model"}, {"x", "hf_model"}},
  };
  for (const auto& [before, after] : lines) EXPECT_EQ(without_secrets(before), after) << before.back();
}

TEST(Secrets, WhatIsNoSecretStays) {
  const Words command{"python",
                      "train.py",
                      "--max-tokens",
                      "512",
                      "--pad_token",
                      "[PAD]",
                      "--sort-key",
                      "length",
                      "--tokenizer=gpt2",
                      "--keys",
                      "a,b",
                      "--lr=0.1",
                      "data.label_key=y",
                      "--pass",
                      "3",
                      "--token",
                      "--verbose",
                      "",
                      "-",
                      "--",
                      "a:b",
                      "=",
                      "@",
                      "key",
                      "a b=c"};
  EXPECT_EQ(without_secrets(command), command);
}

}  // namespace
}  // namespace joulecast
