#include "serve/server.hpp"

#include <cerrno>

#include "base/system_error.hpp"
#include "serve/loop.hpp"

namespace joulecast::serve {

Result<Server> Server::start(ServerOptions options, Router router) {
  auto listener = listen_at(options.listen);
  if (!listener) return propagate(listener.error());
  auto wake_up = WakeUp::create();
  if (!wake_up) return propagate(wake_up.error());
  Descriptor epoll(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll) return fail_errno("epoll", errno);
  auto loop = std::make_unique<Loop>(std::move(options), std::move(router), std::move(*listener),
                                     std::move(*wake_up), std::move(epoll));
  if (const auto started = loop->start(); !started) return propagate(started.error());
  return Server(std::move(loop));
}

Server::Server(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
Server::Server(Server&&) noexcept = default;
Server::~Server() = default;

const ListenAddress& Server::address() const {
  return loop_->address();
}

}  // namespace joulecast::serve
