#include "bind/at_exit.hpp"

#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <utility>

namespace joulecast::python {
namespace {

struct Last {
  std::function<void(int)> call;
  pid_t process;  ///< a child that is forked later inherits the handler
};

void call(int status, void* argument) {
  auto* const last = static_cast<Last*>(argument);
  if (last->process != ::getpid()) return;  // what it holds is the parent's
  last->call(status);
  delete last;
}

}  // namespace

void at_exit(std::function<void(int status)> last) {
  auto kept = std::make_unique<Last>(Last{std::move(last), ::getpid()});
  if (::on_exit(call, kept.get()) == 0) (void)kept.release();
}

}  // namespace joulecast::python
