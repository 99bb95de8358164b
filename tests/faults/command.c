/* The command of the fault tests: it says when it begins and ends, writes numbered lines, and notices if its
 * output breaks. It starts no process and no thread, so that a limit on them is no trouble to it.
 *   command MARKS LINES MILLISECONDS STATUS [ERROR_LINES]
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char* marks;

static void mark(const char* word) {
  int file = open(marks, O_WRONLY | O_CREAT | O_APPEND, 0666);
  if (file < 0) _exit(99);
  if (write(file, word, strlen(word)) < 0) _exit(99);
  close(file);
}

static void put(int stream, const char* text) {
  size_t left = strlen(text);
  while (left > 0) {
    ssize_t done = write(stream, text, left);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) {
      mark(stream == 1 ? "broken output\n" : "broken error\n");
      return;
    }
    text += done;
    left -= (size_t)done;
  }
}

static void put_line(int stream, const char* word, int number) {
  char line[64];
  snprintf(line, sizeof line, "%s %d\n", word, number);
  put(stream, line);
}

int main(int argc, char** argv) {
  if (argc < 5) return 98;
  marks = argv[1];
  const int lines = atoi(argv[2]), milliseconds = atoi(argv[3]), status = atoi(argv[4]);
  const int errors = argc > 5 ? atoi(argv[5]) : lines;
  mark("begun\n");
  for (int i = 0; i < lines / 2; ++i) put_line(1, "out", i);
  for (int i = 0; i < errors; ++i) put_line(2, "err", i);
  struct timespec left = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
  while (nanosleep(&left, &left) != 0 && errno == EINTR) {
  }
  for (int i = lines / 2; i < lines; ++i) put_line(1, "out", i);
  mark("ended\n");
  return status;
}
