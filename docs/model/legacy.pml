/* Credentials of the system that was there before. One of them, valid until it expires, is presented to two nodes at any
 * time, any number of times; each is to lead to the same session, and never to one that was ended.
 *
 * Claim: one legacy credential never has two live sessions, and none after its session was ended.
 *
 * Node     migrate/: reads the legacy credential, starts the session (store.sessions.create: add unless the id exists)
 * Ender    a sign-out, at any time
 * Pruner   forgets ended sessions
 *
 * runs:
 *   holds : as designed
 *   fails : LOOK_THEN_CREATE : a mark "exchanged" beside a session with a random id, in two steps, with a crash between
 *   fails : PRUNE_EARLY : the ended session is forgotten while the legacy credential is still valid
 *   fails : SIGN_OUT_FORGETS : the end of the session leaves nothing behind
 * large: TICKS=40 ATTEMPTS=12
 */
#include "time.inc"

#ifndef ATTEMPTS
#define ATTEMPTS 3
#endif
#define LEGACY_ENDS_AT (TICKS - 1)
#define PRUNE_AFTER 2

byte liveSessions;
bool everEnded;
bool rowExists;                 /* live, or kept as a tombstone */
bool rowEnded;
byte endedAt;
bool mark;

#ifdef PRUNE_EARLY
#define PRUNABLE (AGE(endedAt) >= PRUNE_AFTER)
#else
#define PRUNABLE (now >= LEGACY_ENDS_AT)
#endif

inline start() {
  liveSessions++;
  assert(liveSessions == 1 && !everEnded)
}

active [2] proctype Node() {
  byte attempts;
  bool marked;
  do
  :: attempts == ATTEMPTS || now >= LEGACY_ENDS_AT -> break
#ifdef LOOK_THEN_CREATE
  :: attempts < ATTEMPTS && now < LEGACY_ENDS_AT -> attempts++; marked = mark;
     if
     :: !marked ->
        atomic { start() };
        if
        :: mark = 1
        :: skip                 /* a crash: the mark is never written */
        fi
     :: else
     fi
#else
  :: atomic {
       attempts < ATTEMPTS && now < LEGACY_ENDS_AT -> attempts++;
       if
       :: !rowExists -> rowExists = 1; start()
       :: else
       fi
     }
#endif
  od
}

active proctype Ender() {
  atomic {
    liveSessions > 0 -> liveSessions = 0; everEnded = 1; endedAt = now;
#ifdef SIGN_OUT_FORGETS
    rowExists = 0
#else
    rowEnded = 1
#endif
  }
}

active proctype Pruner() {
  atomic { rowEnded && PRUNABLE -> rowExists = 0; rowEnded = 0 }
}
