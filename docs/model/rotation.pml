/* Refresh with a grace: two honest tabs with one storage, each refreshing whenever it likes.
 *
 * Every message takes at most DELAY, a server pauses at most STALL between judging a request and writing; both bounds
 * hold time back (TICK_ALLOWED). A refusal 503 is retried at once. Then, for DELAY and STALL well below the grace:
 *
 * Claim: no honest tab is ever taken for a thief, and none is ever signed out.
 *
 * Tab   a client (client/), and the node that serves it: the judgement (domain/rotation.ts, `standingOf`), the write
 *       (kernel/rotate.ts, stores `sessions.replace`), the answer (kernel/refresh.ts, kernel/grant.ts)
 *
 * runs:
 *   holds : as designed
 *   holds : GRACE_FROM_READ READ_LIMIT_BEFORE_WRITE GRACE=6 : the grace counts from the read, but nothing is written on an old one
 *   fails : GRACE=4 : a grace no longer than four messages, which is what a retried refresh and a waiting tab take
 *   fails : NO_MIN_INTERVAL : a handle is rotated however young it is
 *   fails : NO_REPLAY : the one before is refused at once
 *   fails : GRACE_FROM_READ : the grace counts from the read, the server stalls, and the retry comes too late
 * large: TICKS=120
 */
#ifndef TICKS
#define TICKS 14
#endif
#ifndef GRACE
#define GRACE 5
#endif
#define MAX_STALENESS 1
#define DELAY 1
#define STALL 4

byte due[2] = 255;              /* by when the next step of each tab's request has happened */
#define TICK_ALLOWED (now < due[0] && now < due[1])
#include "time.inc"

/* The session record. Generation and version move together here. */
byte generation = 1;
byte rotatedAt;

byte stored = 1;                /* the tabs' storage */

#define WITHIN_GRACE (AGE(rotatedAt) < GRACE)
#define MOST_GENERATIONS (2 + TICKS)

#ifdef NO_MIN_INTERVAL
#define YOUNG false
#else
#define YOUNG WITHIN_GRACE
#endif
#ifdef NO_REPLAY
#define REPLAYED false
#else
#define REPLAYED (generation == presented + 1 && WITHIN_GRACE)
#endif
#define UNCHANGED (generation == presented)
#ifdef READ_LIMIT_BEFORE_WRITE
#define WRITABLE FRESH(readAt)
#else
#define WRITABLE true
#endif

#define me (_pid - 1)

active [2] proctype Tab() {
  byte presented;
  byte readAt;
  byte received;                /* 0: a 503 */

idle:
  atomic {
    if
    :: OVER || generation == MOST_GENERATIONS -> goto over
    :: RUNNING && generation < MOST_GENERATIONS -> presented = stored; due[me] = now + DELAY
    fi
  };

judge:
  atomic {
    if
    :: OVER -> goto over
    :: RUNNING && generation == presented && YOUNG -> received = generation; due[me] = now + DELAY; goto answer
    :: RUNNING && generation == presented && !YOUNG -> readAt = now; due[me] = now + STALL
    :: RUNNING && generation > presented ->
       assert(REPLAYED);        /* anything else is a refusal within the grace, an accusation after it */
       received = generation; due[me] = now + DELAY; goto answer
    fi
  };

  atomic {
    if
    :: OVER -> goto over
    :: RUNNING && UNCHANGED && WRITABLE ->
       generation = presented + 1;
#ifdef GRACE_FROM_READ
       rotatedAt = readAt;
#else
       rotatedAt = now;
#endif
       if
       :: FRESH(readAt) -> received = generation
       :: else -> received = 0
       fi;
       due[me] = now + DELAY
    :: RUNNING && UNCHANGED && !WRITABLE -> received = 0; due[me] = now + DELAY
    :: RUNNING && !UNCHANGED -> due[me] = now; goto judge
    fi
  };

answer:
  atomic {
    if
    :: OVER -> goto over
    :: RUNNING && received > 0 ->
       if :: received > stored -> stored = received :: else fi;
       due[me] = NEVER; presented = 0; readAt = 0; received = 0; goto idle
    :: RUNNING && received == 0 -> presented = stored; due[me] = now + DELAY; goto judge
    fi
  };

over:
  skip
}
