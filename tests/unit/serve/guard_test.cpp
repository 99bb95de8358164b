#include "serve/guard.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temporary_directory.hpp"

namespace joulecast::serve {
namespace {

using ::testing::HasSubstr;

int status_of(const Guard& guard, std::map<std::string, std::string> headers) {
  Request request;
  request.method = "GET";
  request.path = "/metrics";
  request.headers = std::move(headers);
  const auto refusal = guard.refuse(request);
  return refusal ? refusal->status : 200;
}

TEST(HostHeader, IsSplitFromItsPort) {
  EXPECT_EQ(host_of("localhost:7463"), "localhost");
  EXPECT_EQ(host_of(" 127.0.0.1 "), "127.0.0.1");
  EXPECT_EQ(host_of("[::1]:7463"), "::1");
  EXPECT_EQ(host_of("[::1]"), "::1");
  for (const char* malformed : {"", ":80", "[::1", "a:b", "localhost:7463, evil", "[::1]80"})
    EXPECT_EQ(host_of(malformed), std::nullopt) << malformed;
}

TEST(Guard, OnThisMachineOnlyItsOwnNamesAreKnown) {
  const Guard guard(GuardOptions{});
  for (const char* host : {"localhost", "LocalHost:7463", "127.0.0.1:7463", "127.8.8.8", "[::1]:7463"})
    EXPECT_EQ(status_of(guard, {{"host", host}}), 200) << host;
  for (const char* host : {"", "evil.example", "evil.example:7463", "localhost.evil.example",
                           "127.0.0.1.evil", "10.0.0.1", "127.", "localhost:7463, evil"})
    EXPECT_EQ(status_of(guard, {{"host", host}}), 421) << host;
  EXPECT_EQ(status_of(guard, {}), 421);
}

TEST(Guard, ElsewhereAddressesAndNamedHostsAreKnown) {
  const Guard guard(GuardOptions{false, "", {"node7"}});
  for (const char* host : {"10.0.0.7:7464", "[fd00::7]:7464", "Node7:7464", "localhost"})
    EXPECT_EQ(status_of(guard, {{"host", host}}), 200) << host;
  EXPECT_EQ(status_of(guard, {{"host", "evil.example:7464"}}), 421);
}

TEST(Guard, ACookieStandsForTheToken) {
  const auto cookie = LoginCookie::create(7463).value();
  EXPECT_EQ(cookie.name, "joulecast-7463");
  EXPECT_EQ(cookie.secret.size(), 64);
  EXPECT_NE(cookie.secret, LoginCookie::create(7463)->secret);
  EXPECT_THAT(cookie.set(), HasSubstr("HttpOnly; SameSite=Strict"));
  GuardOptions options{false, "a-token-of-many-characters", {}};
  options.cookie = cookie;
  const Guard guard(options);
  const auto with = [&](const std::string& text) {
    return status_of(guard, {{"host", "10.0.0.7"}, {"cookie", text}});
  };
  EXPECT_EQ(with("theme=dark; joulecast-7463=" + cookie.secret), 200);
  EXPECT_EQ(with("joulecast-7463=" + cookie.secret + "0"), 401);
  EXPECT_EQ(with("joulecast-7463="), 401);
  EXPECT_EQ(with("joulecast-7463=a-token-of-many-characters"), 401);
  EXPECT_EQ(with("joulecast-74=" + cookie.secret), 401);
  // Nobody's cookie is empty.
  EXPECT_EQ(status_of(Guard(GuardOptions{false, "a-token-of-many-characters", {}}),
                      {{"host", "10.0.0.7"}, {"cookie", "=; joulecast="}}),
            401);
}

TEST(Guard, WhatIsOfEverybodyNeedsNoToken) {
  const Guard guard(GuardOptions{false, "a-token-of-many-characters", {}});
  Request request;
  request.headers = {{"host", "10.0.0.7"}};
  EXPECT_EQ(guard.refuse(request)->status, 401);
  EXPECT_FALSE(guard.refuse(request, /*everybody=*/true));
  request.headers["origin"] = "http://evil.example";
  EXPECT_EQ(guard.refuse(request, /*everybody=*/true)->status, 403);
}

TEST(Guard, PagesOfAnotherOriginMayNotRead) {
  const Guard guard(GuardOptions{});
  const auto with_origin = [&](const std::string& origin) {
    return status_of(guard, {{"host", "localhost:7463"}, {"origin", origin}});
  };
  EXPECT_EQ(with_origin("http://localhost:7463"), 200);
  for (const char* origin :
       {"null", "http://evil.example", "http://localhost:8080", "http://localhost",
        "http://localhost:7463.evil.example", "ftp://localhost:7463", "http://localhost:7463/"})
    EXPECT_EQ(with_origin(origin), 403) << origin;
}

TEST(Guard, ATokenIsTakenFromItsHeaderOnly) {
  const Guard guard(GuardOptions{true, "0123456789abcdef", {}});
  const auto with = [&](const std::string& authorization) {
    return status_of(guard, {{"host", "localhost"}, {"authorization", authorization}});
  };
  EXPECT_EQ(with("Bearer 0123456789abcdef"), 200);
  EXPECT_EQ(with("bearer  0123456789abcdef "), 200);
  for (const char* wrong : {"", "Bearer", "Bearer ", "Bearer 0123456789abcdeF", "Bearer 0123456789abcde",
                            "Bearer 0123456789abcdef0", "Basic 0123456789abcdef", "0123456789abcdef",
                            "Bearer 0123456789abcdef, Bearer 0123456789abcdef"})
    EXPECT_EQ(with(wrong), 401) << wrong;
  Request request;
  request.headers = {{"host", "localhost"}};
  request.query = {{"token", "0123456789abcdef"}};
  EXPECT_TRUE(guard.refuse(request));
}

TEST(Guard, WithoutATokenAUserReadsTheirOwnAlone) {
  EXPECT_FALSE(Guard::refuse_user(1000, 1000));
  EXPECT_FALSE(Guard::refuse_user(0, 1000));
  EXPECT_EQ(Guard::refuse_user(1001, 1000)->status, 403);
  EXPECT_EQ(Guard::refuse_user(1001, 0)->status, 403);
  EXPECT_EQ(Guard::refuse_user(std::nullopt, 1000)->status, 403);
  EXPECT_TRUE(Guard(GuardOptions{}).tells_users_apart());
  EXPECT_FALSE(Guard(GuardOptions{true, "0123456789abcdef", {}}).tells_users_apart());
}

TEST(ConstantTime, ComparesWholeTexts) {
  EXPECT_TRUE(equal_in_constant_time("secret", "secret"));
  EXPECT_TRUE(equal_in_constant_time("", ""));
  for (const char* given : {"", "s", "secreT", "secretsecret", "Secret", "secret "})
    EXPECT_FALSE(equal_in_constant_time(given, "secret")) << given;
  EXPECT_FALSE(equal_in_constant_time("a", ""));
}

TEST(Token, ComesFromAFileOrTheVariable) {
  const testing::TemporaryDirectory folder;
  const auto file = folder.write("token", "from-a-file-0123456789\n").string();
  EXPECT_EQ(load_token(file, "from-the-variable-0123"), "from-a-file-0123456789");
  EXPECT_EQ(load_token("", "from-the-variable-0123"), "from-the-variable-0123");
  EXPECT_EQ(load_token("", ""), "");
  EXPECT_EQ(load_token("", nullptr), "");
}

TEST(Token, MustBeLongAndFitIntoAHeader) {
  const testing::TemporaryDirectory folder;
  EXPECT_THAT(to_string(load_token("", "short").error()), HasSubstr("JOULECAST_TOKEN: a token has 16 to"));
  EXPECT_THAT(to_string(load_token("", "two words are no token").error()), HasSubstr("no blanks"));
  const auto empty = folder.write("empty", "\n").string();
  EXPECT_THAT(to_string(load_token(empty, nullptr).error()), HasSubstr("empty: a token has"));
  EXPECT_FALSE(load_token((folder.path() / "missing").string(), "from-the-variable-0123"));
}

}  // namespace
}  // namespace joulecast::serve
