// Decides who may ask. A browser on this machine runs pages of strangers: they must not read what we serve,
// neither from their own origin nor by a name that they make point to this machine (DNS rebinding).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "serve/http.hpp"
#include "serve/listen_address.hpp"

namespace joulecast::serve {

/// What stands for the token in a browser: a cookie with a secret of this process, so that the token itself
/// is kept nowhere.
struct LoginCookie {
  std::string name;  ///< browsers do not tell ports apart, so the port is in it: "joulecast-7463"
  std::string secret;

  /// retry where the system has no random numbers.
  [[nodiscard]] static Result<LoginCookie> create(std::uint16_t port);
  [[nodiscard]] std::string set() const;      ///< value of a Set-Cookie header
  [[nodiscard]] std::string removed() const;  ///< value of one that takes it away
};

struct GuardOptions {
  bool is_local = true;  ///< only this machine reaches the server
  std::string token;     ///< "" = none is needed
  /// Names by which clients may call this machine, beside localhost. Addresses are always accepted where the
  /// server is not local.
  std::vector<std::string> host_names;
  LoginCookie cookie = {};  ///< accepted in place of the token; none if its secret is ""
};

class Guard {
 public:
  explicit Guard(GuardOptions options) : options_(std::move(options)) {}
  /// The refusal, or nothing for a request that may be answered. `everybody` may read it without the token.
  [[nodiscard]] std::optional<Response> refuse(const Request& request, bool everybody = false) const;
  /// Whether users have to be told apart by what the kernel knows of the connection: there is no token.
  [[nodiscard]] bool tells_users_apart() const { return options_.token.empty(); }
  /// For what only the user `self` may read. `user` is at the other end of the connection.
  [[nodiscard]] static std::optional<Response> refuse_user(std::optional<uid_t> user, uid_t self);

 private:
  [[nodiscard]] bool knows_host(std::string_view host) const;
  [[nodiscard]] bool has_token(std::string_view authorization) const;
  [[nodiscard]] bool has_cookie(const Request& request) const;
  GuardOptions options_;
};

/// The host of a Host header, without its port and an IPv6 address's brackets; nothing if it is malformed.
[[nodiscard]] std::optional<std::string> host_of(std::string_view header);

/// Compares in a time that depends on the length of `given` only.
[[nodiscard]] bool equal_in_constant_time(std::string_view given, std::string_view secret);

/// The token in a file ("" = none is named), or else in the value of the variable JOULECAST_TOKEN; "" if
/// neither is set. invalid for one that is short or cannot stand in a header.
[[nodiscard]] Result<std::string> load_token(const std::string& file, const char* variable);

}  // namespace joulecast::serve
