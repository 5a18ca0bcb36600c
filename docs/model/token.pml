/* Access tokens and the lease: a token is judged by its signature and by what the node knows, and nothing else.
 *
 * The user's epoch is raised twice (to 2, to 3); the token was issued between, under 2. A feed entry is kept for the life
 * of a token and the largest difference between clocks; then store and node may both forget it.
 *
 * Claim: the token is never accepted later than T + MAX_STALENESS, T being the commit of the second raise.
 *
 * Writer     the raises, and the token (stores/sql/subjects.ts, credentials/access-tokens.ts)
 * Pruner     moves the horizon of the feed
 * Follower   changes/follower.ts; with READERS=2 reads overlap, so that answers arrive late, twice and in any order
 * Forgetter  the node drops knowledge that it believes useless
 * Restart    the process dies and comes back knowing nothing
 * Verifier   one request with the token; its clock may be CLOCK_ERROR behind the store's
 *
 * runs:
 *   holds : as designed
 *   holds : RESTART : and the process restarts at any moment
 *   holds : READERS=2 TICKS=4 : and answers overtake each other
 *   fails : BOUND=0 : the bound is tight
 *   fails : NO_LEASE : knowledge is relied on without a confirmation
 *   fails : START_AT_HEAD RESTART : a node that starts follows from now on instead of replaying from the horizon
 *   fails : KEEP_LIFE_ONLY : an entry is kept for the token's life, forgetting that clocks differ
 *   fails : ASSIGN_EPOCH READERS=2 TICKS=4 : the last entry to arrive counts, not the highest epoch
 * large: TICKS=11 MAX_STALENESS=2 RESTART
 */
#ifndef TICKS
#define TICKS 6
#endif
#ifndef MAX_STALENESS
#define MAX_STALENESS 1
#endif
#include "time.inc"

#ifndef READERS
#define READERS 1
#endif
#define LIFE 2
#define CLOCK_ERROR 1
#ifdef KEEP_LIFE_ONLY
#define KEPT LIFE
#else
#define KEPT (LIFE + CLOCK_ERROR)
#endif

byte epoch = 1;
byte head;                      /* entry n says "epoch n + 1" */
byte horizon;                   /* entries up to here are pruned */
byte entryAt[3];
byte tokenEndsAt;               /* 0: not issued yet */

byte position;
byte confirmedAt = NEVER;
byte knownEpoch;
byte life;

#ifdef NO_LEASE
#define LEASE true
#else
#define LEASE FRESH(confirmedAt)
#endif

active proctype Writer() {
  atomic { RUNNING -> epoch = 2; head = 1; entryAt[1] = now };
  atomic { RUNNING -> tokenEndsAt = now + LIFE };
  atomic { RUNNING -> epoch = 3; head = 2; entryAt[2] = now; T = now }
}

active proctype Pruner() {
  do
  :: atomic { RUNNING && horizon < head && AGE(entryAt[horizon + 1]) >= KEPT -> horizon++ }
  :: OVER -> break
  od
}

active proctype Forgetter() {
  do
  :: atomic { RUNNING && knownEpoch > 1 && AGE(entryAt[knownEpoch - 1]) >= KEPT -> knownEpoch = 0 }
  :: OVER -> break
  od
}

active [READERS] proctype Follower() {
  byte begunAt;
  byte lifeBefore;
  byte seenHead;
  byte seenEpoch;               /* the highest epoch among the entries that were read; 0: there were none */
  do
  :: OVER -> break
  :: atomic { RUNNING -> begunAt = now; lifeBefore = life };
     d_step {
       seenHead = head;
       if
       :: head > position && head > horizon -> seenEpoch = head + 1
       :: else -> seenEpoch = 0
       fi
     };
     atomic {
       if
       :: lifeBefore == life ->
#ifdef START_AT_HEAD
          if :: confirmedAt == NEVER -> seenEpoch = 0 :: else fi;
#endif
#ifdef ASSIGN_EPOCH
          if :: seenEpoch > 0 -> knownEpoch = seenEpoch :: else fi;
#else
          if :: seenEpoch > knownEpoch -> knownEpoch = seenEpoch :: else fi;
#endif
          if :: seenHead > position -> position = seenHead :: else fi;
          if :: confirmedAt == NEVER || begunAt > confirmedAt -> confirmedAt = begunAt :: else fi
       :: else
       fi;
       begunAt = 0; lifeBefore = 0; seenHead = 0; seenEpoch = 0
     }
  od
}

#ifdef RESTART
active proctype Restart() {
  atomic { life = 1; position = 0; confirmedAt = NEVER; knownEpoch = 0 }
}
#endif

active proctype Verifier() {
  do
  :: atomic { RUNNING && LEASE && now < tokenEndsAt + CLOCK_ERROR && tokenEndsAt > 0 && knownEpoch <= 2 -> ADMIT }
  :: OVER -> break
  od
}
