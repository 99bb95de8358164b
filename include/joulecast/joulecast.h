/* Reports the progress of a training to `joulecast run`. Plain C, no dependencies, no allocation.
 *
 *   joulecast_begin_run(50);                    // 50 epochs; 0 = unknown
 *   for (int i = 0; i < 50; ++i) {
 *     joulecast_epoch(i);                       // epoch i begins, the one before it ends
 *     joulecast_metric("accuracy", 0.93);
 *   }
 *   joulecast_end_run();
 *
 * Without a listener (JOULECAST_SOCKET is not set) every call returns after one load and one branch. No call
 * ever blocks, reports an error or writes to the program's own streams. If the listener cannot take a message
 * at once, the message is dropped. The functions may be called from several threads. After a fork the child
 * uses a connection of its own.
 */
#ifndef JOULECAST_JOULECAST_H
#define JOULECAST_JOULECAST_H

#ifdef __cplusplus
extern "C" {
#endif

/* The training itself begins, after imports and data loading. total_epochs <= 0 = unknown. */
void joulecast_begin_run(double total_epochs);

/* Epoch `index` begins, and the previous one ends. The index may start at any number and must rise. */
void joulecast_epoch(int index);

/* The current epoch ends, after `work` units of the run's work; work <= 0 = unknown. */
void joulecast_epoch_end(int index, double work);

/* Reports a metric of the current epoch: "loss", "accuracy", "f1", ... NaN and infinity are dropped. */
void joulecast_metric(const char* name, double value);

/* A part of the training begins that counts its work from 0: a fold, a warm-up, a second fit. It lasts until
 * the next one begins or the training ends. `unit` is what its work is counted in: "step", "sample", "token",
 * "epoch" ... (NULL = unknown); total_work <= 0 = unknown. */
void joulecast_begin_phase(const char* name, const char* unit, double total_work);

/* The part of the training ends before another one begins: what follows belongs to none. */
void joulecast_end_phase(void);

/* So much of the phase's work is done; total_work <= 0 = unknown, or as said before. May be called for every
 * step: no more than fifty calls a second send a message, and always the one that reaches the total. */
void joulecast_progress(double work, double total_work);

/* So much of epoch `index` is done, such as 25 of 300 steps; total_work <= 0 = unknown. May be called as
 * often as joulecast_progress. */
void joulecast_epoch_progress(int index, double work, double total_work);

/* A stretch of the run that is to be counted by itself begins and ends: "evaluation", "checkpoint", ... */
void joulecast_begin_window(const char* name);
void joulecast_end_window(const char* name);

/* The training itself ends. */
void joulecast_end_run(void);

/* 1 if a joulecast is listening, else 0. */
int joulecast_is_listening(void);

#ifdef __cplusplus
}
#endif

#endif
