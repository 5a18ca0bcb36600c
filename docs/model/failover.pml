/* The store fails over to a replica that lacks the end of the feed: numbers are used a second time. Change X was
 * committed before and may be lost, change Y comes after. Each node re-reads its last applied entry with every read.
 *
 * Claims, for X and Y being ends of two sessions:
 * Y is never ignored later than T + MAX_STALENESS; neither is X, if it was not lost. Whoever has applied X never admits its
 * session again. A lost X is in force everywhere MAX_STALENESS after the first node that knows it relies on the new feed.
 *
 * Writer     the changes, the replication of any part of them, the failover
 * Follower   changes/follower.ts, one per node
 * Request    by an access token for either session, or by an authoritative read for X
 *
 * runs:
 *   holds : as designed
 *   holds : NODES=2 TICKS=2 : and what one node appends again binds another
 *   fails : BOUND=0 : the bound is tight
 *   fails : NO_OVERLAP : the last applied entry is not read again
 *   fails : NUMBER_ONLY : its number is compared, not its nonce
 *   fails : NO_REPLAY : a mismatch is noticed, but the feed is not read from its horizon
 *   fails : DROP_REVOCATIONS : a mismatch makes the node forget everything, not only what it has admitted
 *   fails : NO_REAPPEND : what the store has lost is not appended again
 *   fails : APPEND_ONLY : the entry is appended again, but the session lives again
 * large: TICKS=3 NODES=2
 */
#ifndef TICKS
#define TICKS 4
#endif
#ifndef MAX_STALENESS
#define MAX_STALENESS 1
#endif
#include "time.inc"

#ifndef NODES
#define NODES 1
#endif
#define NOTHING 0
#define OTHER 1
#define X 2
#define Y 3

/* The primary. */
byte head;
byte entry[5];
byte nonce[5];
byte nextNonce = 1;
bool xAlive = 1;

byte xDueFrom = NEVER;          /* from when X is in force */

/* The nodes. */
byte position[NODES];
byte nonceThere[NODES];
byte confirmedAt[NODES] = NEVER;
bool knowsX[NODES];
bool knowsY[NODES];
bool hasAppliedX[NODES];        /* what is true, whatever the node remembers */

#define ADMIT_X assert(xDueFrom == NEVER || now <= xDueFrom + BOUND)

inline append(what) {
  head++;
  entry[head] = what;
  nonce[head] = nextNonce;
  nextNonce++
}

#define X_IS_IN_FEED (entry[1] == X || entry[2] == X || entry[3] == X || entry[4] == X)

active proctype Writer() {
  byte replicated;
  atomic { RUNNING -> append(OTHER) };
  if
  :: atomic { RUNNING -> append(X); xAlive = 0; xDueFrom = now }
  :: skip
  fi;

  /* Failover: the replica has all, some or nothing of it. */
  atomic {
    RUNNING ->
    if
    :: replicated = 0
    :: replicated = 1
    :: head == 2 -> replicated = 2
    fi;
    if
    :: head == 2 && replicated < 2 -> entry[2] = NOTHING; nonce[2] = 0; xAlive = 1; xDueFrom = NEVER
    :: else
    fi;
    if
    :: replicated < 1 -> entry[1] = NOTHING; nonce[1] = 0
    :: else
    fi;
    head = replicated;
    replicated = 0
  };

  atomic { RUNNING -> append(Y); T = now }
}

#ifdef NO_OVERLAP
#define MISMATCH false
#else
#ifdef NUMBER_ONLY
#define MISMATCH (position[me] > head)
#else
#define MISMATCH (position[me] > 0 && (position[me] > head || nonce[position[me]] != nonceThere[me]))
#endif
#endif
#ifdef NO_REPLAY
#define UNREAD(n) (n <= head && n > position[me])
#else
#define UNREAD(n) (n <= head && (n > position[me] || mismatch))
#endif
#define SAW(what) ((UNREAD(1) && entry[1] == what) || (UNREAD(2) && entry[2] == what) || (UNREAD(3) && entry[3] == what) || (UNREAD(4) && entry[4] == what))

#define me (_pid - 2)           /* after Clock and Writer */

active [NODES] proctype Follower() {
  byte begunAt;
  bool mismatch;
  bool sawX;
  bool sawY;
  bool xMissing;
  byte seenHead;
  byte seenNonce;
  do
  :: OVER -> break
  :: RUNNING -> begunAt = now;
     d_step {
       mismatch = MISMATCH;
       sawX = SAW(X);
       sawY = SAW(Y);
       xMissing = mismatch && !X_IS_IN_FEED;
       seenHead = head;
       seenNonce = (head > 0 -> nonce[head] : 0)
     };
     /* What this node knows and the store has lost is committed once more, before the new feed is relied on. */
     atomic {
       if
       :: xMissing && knowsX[me] ->
          if :: xDueFrom == NEVER -> xDueFrom = now :: else fi;
#ifndef NO_REAPPEND
          if
          :: !X_IS_IN_FEED ->
             append(X);
#ifndef APPEND_ONLY
             xAlive = 0
#endif
          :: else
          fi
#endif
       :: else
       fi
     };
     atomic {
#ifdef DROP_REVOCATIONS
       if :: mismatch -> knowsX[me] = 0; knowsY[me] = 0 :: else fi;
#endif
       if :: sawX -> knowsX[me] = 1; hasAppliedX[me] = 1 :: else fi;
       if :: sawY -> knowsY[me] = 1 :: else fi;
       if
       :: seenHead > position[me] || mismatch -> position[me] = seenHead; nonceThere[me] = seenNonce
       :: else
       fi;
       confirmedAt[me] = begunAt;
       begunAt = 0; mismatch = 0; sawX = 0; sawY = 0; xMissing = 0; seenHead = 0; seenNonce = 0
     }
  od
}

active proctype Request() {
  byte begunAt;
  bool found;
  do
  :: OVER -> break
  :: atomic { RUNNING && FRESH(confirmedAt[0]) && !knowsY[0] -> ADMIT }
  :: atomic { RUNNING && FRESH(confirmedAt[0]) && !knowsX[0] -> assert(!hasAppliedX[0]); ADMIT_X }
  :: atomic { RUNNING -> begunAt = now };
     found = xAlive;
     atomic {
       if :: found && FRESH(begunAt) -> ADMIT_X :: else fi;
       begunAt = 0; found = 0
     }
  od
}
