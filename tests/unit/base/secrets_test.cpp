#include "base/secrets.hpp"

#include <gtest/gtest.h>

namespace joulecast {
namespace {

using Words = std::vector<std::string>;

struct Line {
  Words before, after;
};

TEST(Secrets, LessCommonForms) {
  const std::vector<std::pair<Words, Words>> lines{
      {{"train", "hf_abcdefghijklmnopqrstuvwxyzABCDEFGH"}, {"train", "hf_***"}},  // without a digit
      {{"train", "hf_BertForMaskedLM"}, {"train", "hf_BertForMaskedLM"}},
      {{"x", "xapp-1-ABCDEF-1234567890"}, {"x", "xapp-***"}},
      {{"x", "sk_live_abcdefghijklmnop1234"}, {"x", "sk_live_***"}},
      {{"x", "dckr_pat_abcdefghijklmnop12"}, {"x", "dckr_pat_***"}},
      {{"x", "hvs.CAESIabcdefghijklmnopqrstuvwx0123"}, {"x", "hvs.***"}},
      {{"curl", "-H", "Ocp-Apim-Subscription-Key: X"}, {"curl", "-H", "Ocp-Apim-Subscription-Key: ***"}},
      {{"https://x.org/f?code=abcdefghijklmnop12=="}, {"https://x.org/f?code=***"}},
      {{"https://x.org/f?code=de"}, {"https://x.org/f?code=de"}},
      {{"dvc", "remote", "modify", "r", "secret_access_key", "X"},
       {"dvc", "remote", "modify", "r", "secret_access_key", "***"}},
      {{"x", "--user", "me:X"}, {"x", "--user", "me:***"}},
      {{"docker", "run", "--user", "1000:1000"}, {"docker", "run", "--user", "1000:1000"}},
      {{"env", "GH_PAT=X", "x"}, {"env", "GH_PAT=***", "x"}},
      {{"x", "--pat", "3"}, {"x", "--pat", "3"}},
      {{"python", "-c", "get(u, auth=('me', 'X'))"}, {"python", "-c", "get(u, auth=(***))"}},
      {{"sh", "-c", "echo X | sudo -S ls"}, {"sh", "-c", "echo *** | sudo -S ls"}},
      {{"sh", "-c", "docker login --password-stdin <<< X"},
       {"sh", "-c", "docker login --password-stdin <<< ***"}},
      {{"x", "--args", R"(["--token","X","--lr","0.1"])"},
       {"x", "--args", R"(["--token","***","--lr","0.1"])"}},
      {{"x", "--args", R"(['--token', 'X'])"}, {"x", "--args", R"(['--token', '***'])"}},
      {{"x", "--header-line", "Authenticate Bearer X"}, {"x", "--header-line", "Authenticate Bearer ***"}},
      {{"x", "123456789:AAabcdefghijklmnopqrstuvwxyz012345678"}, {"x", "123456789:***"}},
      {{"x", "--set", "wandb.api_key", "X"}, {"x", "--set", "wandb.api_key", "***"}},
      {{"mpirun", "-genv", "WANDB_API_KEY", "X", "p"}, {"mpirun", "-genv", "WANDB_API_KEY", "***", "p"}},
      {{R"({"auth":["me","X"],"b":1})"}, {R"({"auth":[***],"b":1})"}},
      {{"<password>X</password><a>b</a>"}, {"<password>***</password><a>b</a>"}},
      {{"x", "--psk", "X", "--enc_key", "X", "--secret-key-base64", "X"},
       {"x", "--psk", "***", "--enc_key", "***", "--secret-key-base64", "***"}},
      {{"x", "--time-token", "4", "my token: hello"}, {"x", "--time-token", "4", "my token: hello"}},
      {{"x", "--prompt-token", "<s>", "--class_token=c"}, {"x", "--prompt-token", "<s>", "--class_token=c"}},
  };
  for (const auto& [before, after] : lines) EXPECT_EQ(without_secrets(before), after) << before.back();
}

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

TEST(Secrets, OptionsOfProgramsMayBeJoined) {
  const Line lines[] = {
      {{"curl", "-sLu", "user:X", "http://x.org"}, {"curl", "-sLu", "user:***", "http://x.org"}},
      {{"curl", "-fsSuuser:X", "http://x.org"}, {"curl", "-fsSuuser:***", "http://x.org"}},
      {{"curl", "-so", "user:X"}, {"curl", "-so", "user:X"}},
      {{"curl", "--cert", "c.pem:X"}, {"curl", "--cert", "c.pem:***"}},
      {{"skopeo", "copy", "--src-creds", "u:X", "a"}, {"skopeo", "copy", "--src-creds", "u:***", "a"}},
      {{"lftp", "-u", "u,X", "ftp://x"}, {"lftp", "-u", "u,***", "ftp://x"}},
      {{"keytool", "-storepass", "X"}, {"keytool", "-storepass", "***"}},
      {{"openssl", "enc", "-k", "X"}, {"openssl", "enc", "-k", "***"}},
      {{"openssl", "req", "-keyout", "f"}, {"openssl", "req", "-keyout", "f"}},
      {{"cqlsh", "-u", "u", "-p", "X"}, {"cqlsh", "-u", "u", "-p", "***"}},
      {{"influx", "-t", "X"}, {"influx", "-t", "***"}},
      {{"mc", "alias", "set", "m", "http://x", "K", "X"},
       {"mc", "alias", "set", "m", "http://x", "***", "***"}},
      {{"sh", "-c", "echo X | docker login -u me --password-stdin"},
       {"sh", "-c", "echo *** | docker login -u me --password-stdin"}},
      {{"sh", "-c", "echo X | docker load"}, {"sh", "-c", "echo X | docker load"}},
  };
  for (const auto& [before, after] : lines) EXPECT_EQ(without_secrets(before), after) << before[1];
}

TEST(Secrets, AddressesMayHoldThem) {
  const Line lines[] = {
      {{"https://user:p@ss@h/a"}, {"https://user:***@h/a"}},
      {{"https://user:ab/X@h/"}, {"https://user:***@h/"}},
      {{"http://host:8080/a@b"}, {"http://host:8080/a@b"}},
      {{"https://hooks.slack.com/services/T0/B0/X"}, {"https://hooks.slack.com/services/***"}},
      {{"https://discord.com/api/webhooks/1/X"}, {"https://discord.com/api/webhooks/***"}},
      {{"https://api.telegram.org/bot1:X/send"}, {"https://api.telegram.org/bot***/send"}},
      {{"https://conda.anaconda.org/t/ab-0123456789/me"}, {"https://conda.anaconda.org/t/***/me"}},
  };
  for (const auto& [before, after] : lines) EXPECT_EQ(without_secrets(before), after) << before[0];
}

TEST(Secrets, CodeMayHoldThem) {
  const Line lines[] = {
      {{"python", "-c", "c = OpenAI(api_key=f'X')"}, {"python", "-c", "c = OpenAI(api_key=f'***')"}},
      {{"python", "-c", "from h import login; login('X')"},
       {"python", "-c", "from h import login; login('***')"}},
      {{"python", "-c", "os.environ.setdefault('HF_TOKEN', 'X')"},
       {"python", "-c", "os.environ.setdefault('HF_TOKEN', '***')"}},
      {{"python", "-c", "os.putenv('HF_TOKEN','X')"}, {"python", "-c", "os.putenv('HF_TOKEN','***')"}},
      {{"python", "-c", "os.environ.setdefault('LANG', 'C')"},
       {"python", "-c", "os.environ.setdefault('LANG', 'C')"}},
      {{"-----BEGIN RSA PRIVATE KEY-----\nX\nY\n-----END RSA PRIVATE KEY-----"},
       {"-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----"}},
  };
  for (const auto& [before, after] : lines) EXPECT_EQ(without_secrets(before), after) << before.back();
}

TEST(Secrets, MoreNamesAndBeginnings) {
  for (const char* name : {"--pw", "--db-pw", "--session-id", "--token-value", "--api-key-value"})
    EXPECT_EQ(without_secrets(Words{name, "Xyz"}), (Words{name, "***"})) << name;
  for (const char* beginning : {"nvapi-", "gsk_", "r8_", "ya29."})
    EXPECT_EQ(without_secrets(Words{std::string(beginning) + "abcdefgh01234567"}),
              Words{std::string(beginning) + "***"});
}

TEST(Secrets, NamesEndInASecretWordAlsoWithoutASeparator) {
  for (const char* name : {"PGPASSWORD", "MYPASSWORD", "dbpassword", "--hftoken", "secretkey", "privatekey",
                           "SSHPASS", "PGPASS", "--api-keys", "accessKeys", "userSecret", "my.authtoken",
                           "x-auth-token", "apikeys", "X-Api-Key", "clientsecret", "AWS_SESSION_TOKEN"})
    EXPECT_TRUE(names_secret(name)) << name;
  for (const char* name :
       {"monkey",    "hotkey",     "--tokenizer", "max_tokens",   "num-tokens", "keypoints",   "--keys",
        "padtoken",  "mask_token", "n_token",     "bypass",       "compass",    "lowpass",     "two_passes",
        "secretary", "--sort-key", "turkey",      "passthrough",  "author",     "--signature", "",
        "-",         "keyboard",   "subtoken",    "--primary-key"})
    EXPECT_FALSE(names_secret(name)) << name;
}

TEST(Secrets, AmbiguousNamesAreJudgedByTheirValues) {
  for (const auto& [name, value] : {std::pair{"--pass", "X"},
                                    {"--auth", "me:X"},
                                    {"REDISCLI_AUTH", "X"},
                                    {"--bearer", "X"},
                                    {"--jwt", "X"},
                                    {"Cookie", "a=b"},
                                    {"--db-pass", "12345"}})
    EXPECT_TRUE(is_secret(name, value)) << name;
  for (const auto& [name, value] : {std::pair{"--pass", "3"},
                                    {"--auth", "basic"},
                                    {"--auth", "None"},
                                    {"--no-auth", "train.py"},
                                    {"--use-cookies", "train.py"},
                                    {"--forward-pass", "x"},
                                    {"auth", "true"}})
    EXPECT_FALSE(is_secret(name, value)) << name << value;
}

TEST(Secrets, TextsWithBlanksQuotesAndHeaders) {
  const Line lines[] = {
      {{R"({"a":1,"password" : "X y"})"}, {R"({"a":1,"password" : "***"})"}},
      {{R"({"Authorization":"Bearer X"})"}, {R"({"Authorization":"Bearer ***"})"}},
      {{R"({"password": "a\"b c", "n": 3})"}, {R"({"password": "***", "n": 3})"}},
      {{"curl", "-H", "Authorization:Bearer X"}, {"curl", "-H", "Authorization:Bearer ***"}},
      {{"curl", "-H", "x-auth-token:X"}, {"curl", "-H", "x-auth-token:***"}},
      {{"curl", "-H", "Cookie: a=b; c=d"}, {"curl", "-H", "Cookie: ***"}},
      {{"curl", R"(-HAuthorization: Digest username="me", response="X")"},
       {"curl", R"(-HAuthorization: Digest ***)"}},
      {{"curl", "-H", "Authorization: AWS4-HMAC-SHA256 Credential=X/a, Signature=X"},
       {"curl", "-H", "Authorization: AWS4-HMAC-SHA256 ***"}},
      {{"sh", "-c", R"(train --password="a b X" --lr 3)"}, {"sh", "-c", R"(train --password="***" --lr 3)"}},
      {{"sh", "-c", "train --token 'a b X' --lr 3; ls key"},
       {"sh", "-c", "train --token '***' --lr 3; ls key"}},
      {{"sh", "-c", "curl -H 'Authorization: Digest a=X, b=X' http://x.org && ls"},
       {"sh", "-c", "curl -H 'Authorization: Digest ***' http://x.org && ls"}},
      {{"bash", "-c", R"(sh -c "train --api-key X")"}, {"bash", "-c", R"(sh -c "train --api-key ***")"}},
      {{"sh", "-c", "echo don't --token X, can't"}, {"sh", "-c", "echo don't --token ***, can't"}},
      {{"python", "-c", R"(import os; os.environ["HF_TOKEN"] = "X"; f())"},
       {"python", "-c", R"(import os; os.environ["HF_TOKEN"] = "***"; f())"}},
      {{"python", "-c", R"(os.environ["HF_TOKEN"]="X")"},
       {"python", "-c", R"(os.environ["HF_TOKEN"]="***")"}},
      {{"python", "-c", "api_key = 'X'"}, {"python", "-c", "api_key = '***'"}},
      {{"sh", "-c", R"(train --config "{\"password\": \"X\"}")"},
       {"sh", "-c", R"(train --config "{\"password\": \"***\"}")"}},
  };
  for (const auto& [before, after] : lines) EXPECT_EQ(without_secrets(before), after) << before.back();
}

TEST(Secrets, LinesOfYamlAndOtherSigns) {
  const Line lines[] = {
      {{"--config", "token: \"X\"\nlr: 1"}, {"--config", "token: \"***\"\nlr: 1"}},
      {{"--config", "lr: 1\n  token: X\nname: a"}, {"--config", "lr: 1\n  token: ***\nname: a"}},
      {{"--config", "lr: 1\npassword: X"}, {"--config", "lr: 1\npassword: ***"}},
      {{"--config", "lr: 1\nthe token: it is long\n"}, {"--config", "lr: 1\nthe token: it is long\n"}},
      {{"http", "h", "password:=\"X\""}, {"http", "h", "password:=\"***\""}},
      {{"http", "h", "token:=X"}, {"http", "h", "token:=***"}},
      {{"kaggle", "config", "set", "-n", "key", "-v", "X"},
       {"kaggle", "config", "set", "-n", "key", "-v", "***"}},
      {{"ssh", "-o", "ProxyCommand=sshpass -p X ssh h"}, {"ssh", "-o", "ProxyCommand=sshpass -p *** ssh h"}},
  };
  for (const auto& [before, after] : lines) EXPECT_EQ(without_secrets(before), after) << before.back();
}

TEST(Secrets, CommandsAndAddressesThatHoldOne) {
  const Line lines[] = {
      {{"wandb", "login", "--relogin", "X"}, {"wandb", "login", "--relogin", "***"}},
      {{"sh", "-c", "wandb login X; python train.py"}, {"sh", "-c", "wandb login ***; python train.py"}},
      {{"sh", "-c", "wandb login X && python train.py"}, {"sh", "-c", "wandb login *** && python train.py"}},
      {{"vault", "login", "-method=userpass", "password=X"}, {"vault", "login", "-method=userpass", "***"}},
      {{"openssl", "enc", "-passin", "pass:X"}, {"openssl", "enc", "-passin", "pass:***"}},
      {{"aws", "configure", "set", "aws_secret_access_key", "X"},
       {"aws", "configure", "set", "aws_secret_access_key", "***"}},
      {{"redis://:X@h/0"}, {"redis://:***@h/0"}},
      {{"git", "clone", "https://X@github.com/me/x"}, {"git", "clone", "https://***@github.com/me/x"}},
      {{"https://x.org/a?sv=1&sig=X&se=2"}, {"https://x.org/a?sv=1&sig=***&se=2"}},
      {{"https://x.org/a?X-Amz-Date=1&X-Amz-Signature=X"},
       {"https://x.org/a?X-Amz-Date=1&X-Amz-Signature=***"}},
      {{"curl", "-b", "session=X", "x.org"}, {"curl", "-b", "***", "x.org"}},
      {{"env", "SSHPASS=X", "REDISCLI_AUTH=X", "sshpass", "-e"},
       {"env", "SSHPASS=***", "REDISCLI_AUTH=***", "sshpass", "-e"}},
  };
  for (const auto& [before, after] : lines) EXPECT_EQ(without_secrets(before), after) << before.back();
}

TEST(Secrets, TagsAndNames) {
  using Tags = std::map<std::string, std::string>;
  EXPECT_EQ(without_secrets(Tags{{"api_key", "X"}, {"auth", "basic"}, {"url", "me:X@h"}, {"team", "a b"}}),
            (Tags{{"api_key", "***"}, {"auth", "basic"}, {"url", "me:***@h"}, {"team", "a b"}}));
  EXPECT_EQ(without_secrets(std::string("run --token X")), "run --token ***");
  EXPECT_EQ(without_secrets(std::string("lenet 5: lr=0.1")), "lenet 5: lr=0.1");
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
       {"x", "--remote=https://***@github.com/x"}},
      {{"x", "AKIAABCDEFGHIJ123456"}, {"x", "AKIA***"}},
      {{"x", "sk-learn-pipeline"}, {"x", "sk-learn-pipeline"}},
      {{"x", "hf_model"}, {"x", "hf_model"}},
  };
  for (const auto& [before, after] : lines) EXPECT_EQ(without_secrets(before), after) << before.back();
}

TEST(Secrets, WhatIsNoSecretStays) {
  const Words command{
      "python",
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
      "--map=key:value",
      "token:0",
      "--auth",
      "basic",
      "--signature",
      "serving_default",
      "--bypass",
      "x",
      "--hotkey",
      "ctrl",
      "data/monkey=1",
      "wandb",
      "offline",
      "python -c 'for token in tokens: print(token == \"a\")' --max-tokens 3; echo it's \"done\"",
      R"({"tokenizer": "gpt2", "max_tokens": 5, "keypoints": "a"})",
      "user@host:path",
      "https://x.org/a?mail=me@x.org",
      "=",
      "@",
      "key",
      "a b=c"};
  EXPECT_EQ(without_secrets(command), command);
}

}  // namespace
}  // namespace joulecast
