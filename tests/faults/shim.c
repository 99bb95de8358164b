/* Preloaded into joulecast by the fault tests: lets calls of the C library fail.
 *   JOULECAST_TEST_FAULT=CALL:ERRNO:FIRST:TIMES  the FIRST-th call of CALL fails, and the TIMES-1 after it (0
 * = all) JOULECAST_TEST_COUNTS=FILE                   how often each call was made, written when joulecast
 * ends Only a program named joulecast is affected, not the command that it measures.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

extern char* program_invocation_short_name;
extern void* __libc_malloc(size_t);
extern void* __libc_calloc(size_t, size_t);
extern void* __libc_realloc(void*, size_t);

// clang-format off
#define CALLS(X) \
  X(malloc) X(pthread_create) X(fork) \
  X(open) X(close) X(read) X(write) X(pwrite) X(pread) X(mmap) X(socket) X(socketpair) X(bind) X(listen) \
  X(accept4) X(epoll_create1) X(epoll_ctl) X(epoll_wait) X(eventfd) X(signalfd) X(timerfd_create) \
  X(pipe2) X(poll) X(fcntl) X(send) X(sendmsg) X(recv) X(ftruncate) X(fdatasync) X(mkdtemp) \
  X(rename) X(unlink) X(stat) X(fstat)
// clang-format on

#define NAME_ENUM(name) call_##name,
#define NAME_TEXT(name) #name,
enum call { CALLS(NAME_ENUM) calls };
static const char* const names[] = {CALLS(NAME_TEXT)};
static atomic_long counts[calls];
static int active;
static pid_t started;
static int fault_call = -1, fault_errno;
static long fault_first, fault_times;

__attribute__((constructor)) static void begin(void) {
  if (strcmp(program_invocation_short_name, "joulecast") != 0) return;
  const char* fault = getenv("JOULECAST_TEST_FAULT");
  char name[32];
  if (fault != NULL &&
      sscanf(fault, "%31[^:]:%d:%ld:%ld", name, &fault_errno, &fault_first, &fault_times) == 4)
    for (int i = 0; i < calls; ++i)
      if (strcmp(names[i], name) == 0) fault_call = i;
  active = 1;
  started = getpid();
}

__attribute__((destructor)) static void end(void) {
  const char* path = active ? getenv("JOULECAST_TEST_COUNTS") : NULL;
  active = 0;
  FILE* file = path != NULL ? fopen(path, "w") : NULL;
  if (file == NULL) return;
  for (int i = 0; i < calls; ++i) fprintf(file, "%s %ld\n", names[i], atomic_load(&counts[i]));
  fclose(file);
}

/* joulecast ends without the destructors. Its helper processes do so, too. */
void _exit(int status) {
  if (active && getpid() == started) end();
  syscall(SYS_exit_group, status);
  __builtin_unreachable();
}

static int fails(enum call call) {
  if (!active) return 0;
  const long number = atomic_fetch_add(&counts[call], 1) + 1;
  if ((int)call != fault_call || number < fault_first) return 0;
  if (fault_times > 0 && number >= fault_first + fault_times) return 0;
  errno = fault_errno;
  return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define WRAP(type, name, parameters, arguments)            \
  type name parameters {                                   \
    static __typeof__(&name) real;                         \
    if (real == NULL) real = REAL(name);                   \
    return fails(call_##name) ? (type)-1 : real arguments; \
  }

WRAP(pid_t, fork, (void), ())
WRAP(int, close, (int a), (a))
WRAP(ssize_t, read, (int a, void* b, size_t c), (a, b, c))
WRAP(ssize_t, write, (int a, const void* b, size_t c), (a, b, c))
WRAP(ssize_t, pread, (int a, void* b, size_t c, off_t d), (a, b, c, d))
WRAP(ssize_t, pwrite, (int a, const void* b, size_t c, off_t d), (a, b, c, d))
WRAP(int, socket, (int a, int b, int c), (a, b, c))
WRAP(int, socketpair, (int a, int b, int c, int d[2]), (a, b, c, d))
WRAP(int, bind, (int a, const struct sockaddr* b, socklen_t c), (a, b, c))
WRAP(int, listen, (int a, int b), (a, b))
WRAP(int, accept4, (int a, struct sockaddr* b, socklen_t* c, int d), (a, b, c, d))
WRAP(int, epoll_create1, (int a), (a))
WRAP(int, epoll_ctl, (int a, int b, int c, struct epoll_event* d), (a, b, c, d))
WRAP(int, epoll_wait, (int a, struct epoll_event* b, int c, int d), (a, b, c, d))
WRAP(int, eventfd, (unsigned a, int b), (a, b))
WRAP(int, signalfd, (int a, const sigset_t* b, int c), (a, b, c))
WRAP(int, timerfd_create, (int a, int b), (a, b))
WRAP(int, pipe2, (int a[2], int b), (a, b))
WRAP(int, poll, (struct pollfd * a, nfds_t b, int c), (a, b, c))
WRAP(ssize_t, send, (int a, const void* b, size_t c, int d), (a, b, c, d))
WRAP(ssize_t, sendmsg, (int a, const struct msghdr* b, int c), (a, b, c))
WRAP(ssize_t, recv, (int a, void* b, size_t c, int d), (a, b, c, d))
WRAP(int, ftruncate, (int a, off_t b), (a, b))
WRAP(int, fdatasync, (int a), (a))
WRAP(int, rename, (const char* a, const char* b), (a, b))
WRAP(int, unlink, (const char* a), (a))
WRAP(int, stat, (const char* a, struct stat* b), (a, b))
WRAP(int, fstat, (int a, struct stat* b), (a, b))

int open(const char* path, int flags, ...) {
  static __typeof__(&open) real;
  if (real == NULL) real = REAL(open);
  va_list list;
  va_start(list, flags);
  const mode_t mode = va_arg(list, mode_t);
  va_end(list);
  return fails(call_open) ? -1 : real(path, flags, mode);
}

int fcntl(int file, int command, ...) {
  static __typeof__(&fcntl) real;
  if (real == NULL) real = REAL(fcntl);
  va_list list;
  va_start(list, command);
  void* argument = va_arg(list, void*);
  va_end(list);
  return fails(call_fcntl) ? -1 : real(file, command, argument);
}

void* mmap(void* a, size_t b, int c, int d, int e, off_t f) {
  static __typeof__(&mmap) real;
  if (real == NULL) real = REAL(mmap);
  return fails(call_mmap) ? MAP_FAILED : real(a, b, c, d, e, f);
}

char* mkdtemp(char* pattern) {
  static __typeof__(&mkdtemp) real;
  if (real == NULL) real = REAL(mkdtemp);
  return fails(call_mkdtemp) ? NULL : real(pattern);
}

int pthread_create(pthread_t* a, const pthread_attr_t* b, void* (*c)(void*), void* d) {
  static __typeof__(&pthread_create) real;
  if (real == NULL) real = REAL(pthread_create);
  return fails(call_pthread_create) ? fault_errno : real(a, b, c, d);
}

void* malloc(size_t size) {
  return fails(call_malloc) ? NULL : __libc_malloc(size);
}
void* calloc(size_t count, size_t size) {
  return fails(call_malloc) ? NULL : __libc_calloc(count, size);
}
void* realloc(void* block, size_t size) {
  return fails(call_malloc) ? NULL : __libc_realloc(block, size);
}
