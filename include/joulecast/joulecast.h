/* Tell a listening `joulecast run` where a training is. Plain C, no dependencies, no allocation.
 *
 *   joulecast_begin_run(50);                    // 50 epochs; 0 = not known
 *   for (int i = 0; i < 50; ++i) {
 *     joulecast_epoch(i);                       // epoch i begins, the one before it ends
 *     joulecast_metric("accuracy", 0.93);
 *   }
 *   joulecast_end_run();
 *
 * Without a listener (JOULECAST_SOCKET not set) every call returns after one load and one branch. Nothing
 * here ever blocks, fails visibly or writes to the program's own streams: where the listener cannot take a
 * message at once, the message is dropped. Safe to call from several threads. After a fork the child speaks
 * over a connection of its own.
 */
#ifndef JOULECAST_JOULECAST_H
#define JOULECAST_JOULECAST_H

#ifdef __cplusplus
extern "C" {
#endif

/* Training proper begins; total_epochs <= 0 where it is not known. */
void joulecast_begin_run(double total_epochs);

/* Epoch `index` (counted as the program likes, rising) begins, and the one before it ends. */
void joulecast_epoch(int index);

/* The open epoch ends now, having done `work` of whatever the run counts; work <= 0 where it is not known. */
void joulecast_epoch_end(int index, double work);

/* A metric of the open epoch: "loss", "accuracy", "f1", ... Not-a-number and infinity are dropped. */
void joulecast_metric(const char* name, double value);

/* Training proper ends. */
void joulecast_end_run(void);

/* 1 where a joulecast listens, else 0. */
int joulecast_is_listening(void);

#ifdef __cplusplus
}
#endif

#endif
