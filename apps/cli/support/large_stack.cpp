#include "cli/support/large_stack.hpp"

#include <sys/mman.h>
#include <sys/resource.h>
#include <ucontext.h>

#include <cstddef>

namespace joulecast::cli {
namespace {

constexpr std::size_t enough = 2 << 20;
constexpr std::size_t guard_page = 64 << 10;  ///< whatever the size of a page is

/// makecontext() passes on numbers only, so the call is kept here. There is one main().
struct Call {
  int (*work)(int, char**) = nullptr;
  int argc = 0;
  char** argv = nullptr;
  int result = 0;
};
Call call;

void do_call() {
  call.result = call.work(call.argc, call.argv);
}

}  // namespace

int call_on_large_stack(int (*work)(int argc, char** argv), int argc, char** argv) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur >= enough) return work(argc, argv);
  void* memory = ::mmap(nullptr, guard_page + enough, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (memory == MAP_FAILED) return work(argc, argv);
  ::mprotect(memory, guard_page, PROT_NONE);
  call = {work, argc, argv};
  ucontext_t here{}, there{};
  ::getcontext(&there);
  there.uc_stack.ss_sp = memory;
  there.uc_stack.ss_size = guard_page + enough;
  there.uc_link = &here;
  ::makecontext(&there, do_call, 0);
  ::swapcontext(&here, &there);
  return call.result;
}

}  // namespace joulecast::cli
