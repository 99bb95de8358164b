#include <joulecast/joulecast.h>
#include <stdio.h>

int main(void) {
  joulecast_begin_run(1);
  joulecast_epoch(0);
  joulecast_metric("loss", 0.25);
  joulecast_end_run();
  printf("%s\n", joulecast_is_listening() ? "heard" : "alone");
  return 0;
}
