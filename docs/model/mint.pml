/* The times inside an access token. A refresh reads the session, writes the rotation, signs; it may stall anywhere
 * between. Meanwhile the session is ended, or its user's epoch raised. Once the feed entry is pruned, nobody remembers:
 * the token must have expired by then.
 *
 * Claim: the token is never accepted later than T + MAX_STALENESS.
 *
 * Refresher   kernel/live-session.ts (the read), kernel/rotate.ts (the write), kernel/grant.ts (the signature)
 * Revoker     kernel/end-session.ts: ends the session, or raises the epoch, which no compare-and-set on the session sees
 * Verifier    any node with a live lease: it knows the change from T + MAX_STALENESS until the entry is pruned
 *
 * runs:
 *   holds : as designed
 *   holds : NO_READ_LIMIT : the stamp does it alone; the limit on the age of the read is a second line
 *   fails : BOUND=1 : the bound is tight
 *   fails : STAMP_AT_WRITE : times of the compare-and-set (docs/adr/0001)
 *   fails : STAMP_AT_SIGNING : times of the moment of signing
 *   fails : STAMP_AT_SIGNING NO_READ_LIMIT : and of an answer of any age
 *   fails : KEEP_TOO_SHORT : the entry is pruned before the last token issued under it ends
 * large: TICKS=100 LIFE=20
 */
#ifndef TICKS
#define TICKS 14
#endif
#include "time.inc"

#ifndef LIFE
#define LIFE 4
#endif
#ifdef KEEP_TOO_SHORT
#define KEPT (LIFE - 1)
#else
#define KEPT LIFE
#endif
#ifdef NO_READ_LIMIT
#define READ_IN_TIME true
#else
#define READ_IN_TIME FRESH(readAt)
#endif

bool alive = 1;
bool outranked;
byte tokenEndsAt;               /* 0: not issued */

#define KNOWN (T != NEVER && AGE(T) > MAX_STALENESS && AGE(T) < KEPT)

active proctype Revoker() {
  atomic {
    RUNNING -> T = now;
    if
    :: alive = 0
    :: outranked = 1
    fi
  }
}

active proctype Refresher() {
  byte readAt;
  byte writtenAt;
  bool live;
  bool written;
  atomic { RUNNING -> readAt = now; live = alive && !outranked };
  atomic { RUNNING -> writtenAt = now; written = live && alive };
  atomic {
    if
    :: RUNNING && written && READ_IN_TIME ->
#ifdef STAMP_AT_SIGNING
       tokenEndsAt = now + LIFE
#else
#ifdef STAMP_AT_WRITE
       tokenEndsAt = writtenAt + LIFE
#else
       tokenEndsAt = readAt + LIFE
#endif
#endif
    :: else
    fi
  }
}

active proctype Verifier() {
  do
  :: atomic { RUNNING && now < tokenEndsAt && !KNOWN -> ADMIT }
  :: OVER -> break
  od
}
