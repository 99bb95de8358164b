#include "serve/http.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace joulecast::serve {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

TEST(Target, PathAndQueryAreDecoded) {
  const auto target = parse_target("/api/v1/runs?name=le%20net+5&tag=a%3Db&tag=&flag&x=%2B#part");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/api/v1/runs");
  EXPECT_THAT(target->query, ElementsAre(Pair("name", "le net 5"), Pair("tag", "a=b"), Pair("tag", ""),
                                         Pair("flag", ""), Pair("x", "+")));
}

TEST(Target, APlusInAPathIsAPlus) {
  EXPECT_EQ(parse_target("/a+b")->path, "/a+b");
}

TEST(Target, WhatIsNoTargetIsNone) {
  for (const char* text :
       {"", "metrics", "http://a/metrics", "*", "/%", "/%2", "/%zz", "/a?b=%", "/%00", "/a?b=%00c"})
    EXPECT_FALSE(parse_target(text)) << text;
}

TEST(Response, HasTheHeadersThatKeepABrowserIn) {
  const auto bytes = to_bytes(line_response(404, "nothing"), /*head=*/false, /*keep_alive=*/true);
  EXPECT_THAT(bytes, HasSubstr("HTTP/1.1 404 Not Found\r\n"));
  EXPECT_THAT(bytes, HasSubstr("\r\nContent-Length: 8\r\n"));
  EXPECT_THAT(bytes, HasSubstr("\r\nConnection: keep-alive\r\n"));
  EXPECT_THAT(bytes, HasSubstr("\r\nX-Content-Type-Options: nosniff\r\n"));
  EXPECT_THAT(bytes, HasSubstr("\r\nContent-Security-Policy: default-src 'none';"));
  EXPECT_THAT(bytes, EndsWith("\r\n\r\nnothing\n"));
}

TEST(Response, ToHeadHasTheLengthButNotTheBody) {
  const auto bytes = to_bytes(line_response(200, "nothing"), /*head=*/true, /*keep_alive=*/false);
  EXPECT_THAT(bytes, HasSubstr("Content-Length: 8\r\n"));
  EXPECT_THAT(bytes, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(bytes, EndsWith("\r\n\r\n"));
}

TEST(Response, APageMayUseItsOwnScriptsAndNoOthers) {
  Response page;
  page.is_page = true;
  page.cache = "no-cache";
  const auto bytes = to_bytes(page, /*head=*/false, /*keep_alive=*/true);
  EXPECT_THAT(bytes, HasSubstr("script-src 'self'; style-src 'self';"));
  EXPECT_THAT(bytes, HasSubstr("\r\nCache-Control: no-cache\r\n"));
  EXPECT_THAT(bytes, Not(HasSubstr("unsafe")));
}

TEST(Response, AStreamHasNoLength) {
  Response stream;
  stream.events_after = 7;
  stream.body = "retry: 3000\n\n";
  const auto bytes = to_bytes(stream, /*head=*/false, /*keep_alive=*/true);
  EXPECT_THAT(bytes, Not(HasSubstr("Content-Length")));
  EXPECT_THAT(bytes, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(bytes, EndsWith("\r\n\r\nretry: 3000\n\n"));
}

TEST(Request, HasCookiesByName) {
  Request request;
  request.headers["cookie"] = "a=1; bc=2;c = 3; d";
  EXPECT_EQ(request.cookie("a"), "1");
  EXPECT_EQ(request.cookie("bc"), "2");
  for (const char* name : {"b", "c", "d", "", "A"}) EXPECT_EQ(request.cookie(name), "") << name;
}

TEST(Response, ALineStaysOneLine) {
  EXPECT_EQ(line_response(400, "a\nb\r\n\x1b[31mc").body, "a b   [31mc\n");
}

TEST(Response, ToldByTheKindOfError) {
  const auto bad = error_response(Error{ErrorKind::invalid, "must be 1 or more, not 0", "limit", true});
  EXPECT_EQ(bad.status, 400);
  EXPECT_EQ(bad.content_type, "application/problem+json");
  EXPECT_THAT(bad.body, HasSubstr("\"detail\": \"limit: must be 1 or more, not 0\""));
  EXPECT_THAT(bad.body, HasSubstr("\"field\": \"limit\""));
  EXPECT_THAT(error_response(Error{ErrorKind::invalid, "is empty", "runs.db"}).body,
              HasSubstr("\"field\": null"));
  EXPECT_EQ(error_response(Error{ErrorKind::retry, "locked", "runs.db"}).status, 503);
}

}  // namespace
}  // namespace joulecast::serve
