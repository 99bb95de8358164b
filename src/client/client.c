/* The speaking end of the protocol (docs/protocol.md). */
#define _GNU_SOURCE
#include <errno.h>
#include <joulecast/joulecast.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* Where we stand: the fast path of an unmeasured program is one load of this and one branch. */
enum { unknown, listening, silent };
static atomic_int state = unknown;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int connection = -1;
static pid_t connected_pid = 0;
static unsigned long lost = 0; /* messages that the listener was too slow for, and was not told of yet */

/* A fork while another thread sends must not leave the child with a lock that nobody opens. */
static void take_lock(void) {
  pthread_mutex_lock(&lock);
}
static void give_lock(void) {
  pthread_mutex_unlock(&lock);
}
__attribute__((constructor)) static void survive_forks(void) {
  pthread_atfork(take_lock, give_lock, give_lock);
}

static int open_connection(void) {
  const char* path = getenv("JOULECAST_SOCKET");
  struct sockaddr_un address;
  if (path == NULL || strlen(path) >= sizeof address.sun_path) return -1;
  memset(&address, 0, sizeof address);
  address.sun_family = AF_UNIX;
  memcpy(address.sun_path, path, strlen(path));
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  if (connect(fd, (const struct sockaddr*)&address, sizeof address) != 0) {
    close(fd);
    return -1;
  }
  return fd;
}

/* Called with the lock held. */
static int ready(void) {
  if (atomic_load(&state) == listening && connected_pid == getpid()) return 1;
  if (atomic_load(&state) == silent) return 0;
  /* First call, or first after a fork: the parent's connection is the parent's, so its bytes never mix with
   * ours. */
  if (connection >= 0) close(connection);
  connection = open_connection();
  lost = 0;
  connected_pid = getpid();
  atomic_store(&state, connection >= 0 ? listening : silent);
  return connection >= 0;
}

/* Called with the lock held and a connection. Returns whether the whole message went. */
static int send_now(const char* text, size_t length) {
  ssize_t sent = send(connection, text, length, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent == (ssize_t)length) return 1;
  /* Half a line would spoil the next one; a listener that has gone will not come back. */
  if (!(sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))) {
    close(connection);
    connection = -1;
    atomic_store(&state, silent);
  }
  return 0;
}

/* Called with the lock held and a connection: says how many messages were lost, if any were and there is room
 * for that now. */
static int tell_losses(void) {
  char text[80];
  if (lost == 0) return 1;
  int length = snprintf(text, sizeof text, "{\"v\":1,\"event\":\"lost\",\"messages\":%lu}\n", lost);
  if (!send_now(text, (size_t)length)) return 0;
  lost = 0;
  return 1;
}

/* `length` is snprintf's answer: a message that was cut is not sent. */
static void send_message(const char* text, int length, size_t capacity) {
  if (length <= 0 || (size_t)length >= capacity) return;
  pthread_mutex_lock(&lock);
  if (ready() && (!tell_losses() || !send_now(text, (size_t)length))) ++lost;
  pthread_mutex_unlock(&lock);
}

/* The program ends. Only one that lost something waits, and never for long, to say so. */
__attribute__((destructor)) static void tell_last_losses(void) {
  const int patience_ms = 100;
  if (pthread_mutex_trylock(&lock) != 0) return;
  if (lost > 0 && connection >= 0 && connected_pid == getpid()) {
    struct pollfd writable = {connection, POLLOUT, 0};
    if (poll(&writable, 1, patience_ms) == 1) tell_losses();
  }
  pthread_mutex_unlock(&lock);
}

static long long now_ns(void) {
  struct timespec ts;
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return (long long)ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

/* A JSON number whatever the locale. */
static int format_number(char* out, size_t capacity, double value) {
  int length = snprintf(out, capacity, "%.17g", value);
  for (char* c = out; *c != '\0'; ++c)
    if (*c == ',') *c = '.';
  return length;
}

static void escape(char* out, size_t capacity, const char* name) {
  size_t n = 0;
  for (; *name != '\0' && n + 2 < capacity; ++name) {
    unsigned char c = (unsigned char)*name;
    if (c < 0x20) continue;
    if (c == '"' || c == '\\') out[n++] = '\\';
    out[n++] = (char)c;
  }
  out[n] = '\0';
}

void joulecast_begin_run(double total_epochs) {
  char text[160];
  if (atomic_load(&state) == silent) return;
  int length = total_epochs > 0 && isfinite(total_epochs)
                   ? snprintf(text, sizeof text,
                              "{\"v\":1,\"event\":\"begin_run\",\"t\":%lld,\"total_epochs\":%.0f}\n",
                              now_ns(), total_epochs)
                   : snprintf(text, sizeof text, "{\"v\":1,\"event\":\"begin_run\",\"t\":%lld}\n", now_ns());
  send_message(text, length, sizeof text);
}

void joulecast_epoch(int index) {
  char text[128];
  if (atomic_load(&state) == silent) return;
  int length =
      snprintf(text, sizeof text, "{\"v\":1,\"event\":\"epoch\",\"t\":%lld,\"epoch\":%d}\n", now_ns(), index);
  send_message(text, length, sizeof text);
}

void joulecast_epoch_end(int index, double work) {
  char text[192], number[40];
  if (atomic_load(&state) == silent) return;
  format_number(number, sizeof number, isfinite(work) ? work : 0);
  int length =
      snprintf(text, sizeof text, "{\"v\":1,\"event\":\"epoch_end\",\"t\":%lld,\"epoch\":%d,\"work\":%s}\n",
               now_ns(), index, number);
  send_message(text, length, sizeof text);
}

void joulecast_metric(const char* name, double value) {
  char text[512], escaped[256], number[40];
  if (atomic_load(&state) == silent || name == NULL || !isfinite(value)) return;
  escape(escaped, sizeof escaped, name);
  format_number(number, sizeof number, value);
  int length =
      snprintf(text, sizeof text, "{\"v\":1,\"event\":\"metric\",\"t\":%lld,\"name\":\"%s\",\"value\":%s}\n",
               now_ns(), escaped, number);
  send_message(text, length, sizeof text);
}

void joulecast_begin_phase(const char* name, const char* unit, double total_work) {
  char text[640], escaped[256], escaped_unit[64], number[40];
  if (atomic_load(&state) == silent || name == NULL) return;
  escape(escaped, sizeof escaped, name);
  escape(escaped_unit, sizeof escaped_unit, unit != NULL ? unit : "");
  format_number(number, sizeof number, isfinite(total_work) ? total_work : 0);
  int length = snprintf(text, sizeof text,
                        "{\"v\":1,\"event\":\"begin_phase\",\"t\":%lld,\"name\":\"%s\",\"unit\":%s%s%s,"
                        "\"total_work\":%s}\n",
                        now_ns(), escaped, unit != NULL ? "\"" : "", unit != NULL ? escaped_unit : "null",
                        unit != NULL ? "\"" : "", number);
  send_message(text, length, sizeof text);
}

void joulecast_end_phase(void) {
  char text[96];
  if (atomic_load(&state) == silent) return;
  int length = snprintf(text, sizeof text, "{\"v\":1,\"event\":\"end_phase\",\"t\":%lld}\n", now_ns());
  send_message(text, length, sizeof text);
}

/* `epoch` is a JSON member, or empty. */
static void send_progress(const char* epoch, double work, double total_work) {
  static atomic_llong last_sent = 0;
  const long long least_interval = 20000000; /* ns */
  char text[224], number[40], total[40];
  if (atomic_load(&state) == silent || !isfinite(work) || work < 0) return;
  long long now = now_ns();
  int complete = total_work > 0 && work >= total_work;
  if (!complete && now - atomic_load(&last_sent) < least_interval) return;
  atomic_store(&last_sent, now);
  format_number(number, sizeof number, work);
  format_number(total, sizeof total, isfinite(total_work) ? total_work : 0);
  int length = snprintf(text, sizeof text,
                        "{\"v\":1,\"event\":\"progress\",\"t\":%lld,%s\"work\":%s,\"total_work\":%s}\n", now,
                        epoch, number, total);
  send_message(text, length, sizeof text);
}
void joulecast_progress(double work, double total_work) {
  send_progress("", work, total_work);
}
void joulecast_epoch_progress(int index, double work, double total_work) {
  char epoch[32];
  snprintf(epoch, sizeof epoch, "\"epoch\":%d,", index);
  send_progress(epoch, work, total_work);
}

static void send_window(const char* event, const char* name) {
  char text[384], escaped[256];
  if (atomic_load(&state) == silent || name == NULL) return;
  escape(escaped, sizeof escaped, name);
  int length = snprintf(text, sizeof text, "{\"v\":1,\"event\":\"%s\",\"t\":%lld,\"name\":\"%s\"}\n", event,
                        now_ns(), escaped);
  send_message(text, length, sizeof text);
}
void joulecast_begin_window(const char* name) {
  send_window("begin_window", name);
}
void joulecast_end_window(const char* name) {
  send_window("end_window", name);
}

void joulecast_end_run(void) {
  char text[96];
  if (atomic_load(&state) == silent) return;
  int length = snprintf(text, sizeof text, "{\"v\":1,\"event\":\"end_run\",\"t\":%lld}\n", now_ns());
  send_message(text, length, sizeof text);
}

int joulecast_is_listening(void) {
  if (atomic_load(&state) == silent) return 0;
  pthread_mutex_lock(&lock);
  int answer = ready();
  pthread_mutex_unlock(&lock);
  return answer;
}
