/* Sessions in one store (Redis), the feed in another (Postgres): no transaction spans them, and whoever ends a session may
 * crash between. The append to the feed is the commit; a tombstone beside it outlives the entry.
 *
 * Claim: no request is admitted later than T + MAX_STALENESS, T being the first lasting effect of the revocation.
 *
 * Revoker         stores/mix.ts: append, apply to the sessions, acknowledge
 * Pruner          one node: applies entries again, then prunes them
 * RedisFailover   a restart or failover of Redis that has lost the end of the session
 * Reapplier       one node: applies all tombstones to a Redis that came back, then declares that run trusted
 * Follower, Request   changes/follower.ts, kernel/authenticate.ts, credentials/remembered.ts
 *
 * runs:
 *   holds : as designed
 *   holds : FAILOVERS=1 MAX_STALENESS=1 TICKS=4 : and Redis loses the end of the session
 *   fails : BOUND=1 : the bound is tight
 *   fails : STATE_FIRST : the session is removed before the entry is appended
 *   fails : NO_SET_CHECK : a fill believes Redis although the session is in the revocation set
 *   fails : SET_CHECK_AT_END : it asks the set only when the answer comes, and the node has just forgotten
 *   fails : NO_SWEEP : entries are pruned without being applied again
 *   fails : STORE_MEANS_REDIS : level `store` reads the session, but not the tombstone
 *   fails : FAILOVERS=1 MAX_STALENESS=1 TICKS=4 TRUST_AT_ONCE : a Redis that came back is believed before tombstones are applied
 *   fails : FAILOVERS=1 MAX_STALENESS=1 TICKS=4 TRUST_AFTER_READ : the run is found trusted when the answer comes, not when the read begins
 *   fails : FAILOVERS=1 MAX_STALENESS=1 TICKS=4 PRUNE_TOMBSTONE : the tombstone goes with the entry
 * large: TICKS=6 FAILOVERS=2
 */
#include "time.inc"

#ifndef FAILOVERS
#define FAILOVERS 0
#endif
#define RETENTION (MAX_STALENESS + 1)

/* Postgres. */
bool appended;
bool pruned;
bool tombstone;
byte trustedRun;

/* Redis. */
bool alive = 1;
byte redisRun;

/* The node. */
bool applied;                   /* its position is behind the entry */
byte confirmedAt = NEVER;
bool inSet;
bool remembered;

#if defined(NO_SET_CHECK) || defined(SET_CHECK_AT_END)
#define MAY_FILL true
#else
#define MAY_FILL (!inSet)
#endif
#ifdef NO_SET_CHECK
#define NOT_IN_SET true
#else
#define NOT_IN_SET (!inSet)
#endif
#ifdef TRUST_AT_ONCE
#define RUN_TRUSTED true
#else
#ifdef TRUST_AFTER_READ
#define RUN_TRUSTED (runRead <= trustedRun)
#else
#define RUN_TRUSTED (runRead <= trustedBefore)
#endif
#endif
#ifdef STORE_MEANS_REDIS
#define ENDED_IN_POSTGRES false
#else
#define ENDED_IN_POSTGRES tombstone
#endif

/* After either of its two steps it may stop for good. */
active proctype Revoker() {
#ifdef STATE_FIRST
  atomic { RUNNING -> alive = 0; T = now };
  atomic { RUNNING -> appended = 1; tombstone = 1 }
#else
  atomic { RUNNING -> appended = 1; tombstone = 1; T = now };
  atomic { RUNNING -> alive = 0 }
#endif
}

active proctype Pruner() {
  atomic { RUNNING && appended && AGE(T) >= RETENTION };
#ifndef NO_SWEEP
  alive = 0;
#endif
  atomic {
    pruned = 1;
#ifdef PRUNE_TOMBSTONE
    tombstone = 0
#endif
  }
}

#if FAILOVERS > 0
active proctype RedisFailover() {
  do
  :: atomic { RUNNING && redisRun < FAILOVERS -> redisRun++; alive = 1 }
  :: OVER || redisRun == FAILOVERS -> break
  od
}

active proctype Reapplier() {
  byte runRead;
  bool ended;
  do
  :: atomic { RUNNING && trustedRun < redisRun -> runRead = redisRun };
     ended = tombstone;
     atomic { if :: ended -> alive = 0 :: else fi };
     atomic { trustedRun = runRead; runRead = 0; ended = 0 }
  :: OVER || trustedRun == FAILOVERS -> break
  od
}
#endif

active proctype Follower() {
  byte begunAt;
  bool entry;
  bool behindHorizon;
  do
  :: OVER -> break
  :: RUNNING -> begunAt = now;
     d_step { entry = appended && !pruned && !applied; behindHorizon = appended && pruned && !applied };
     atomic {
       if
       :: entry -> applied = 1; inSet = 1; remembered = 0
       :: behindHorizon -> applied = 1; remembered = 0
       :: else
       fi;
       confirmedAt = begunAt;
       begunAt = 0; entry = 0; behindHorizon = 0
     }
  :: atomic { inSet && pruned -> inSet = 0 }        /* the node forgets as the feed does */
  od
}

active proctype Request() {
  bool appliedBefore;
  byte begunAt;
  byte runRead;
  byte trustedBefore;
  bool found;
  do
  :: OVER -> break

  /* Recall. */
  :: atomic { RUNNING && FRESH(confirmedAt) && remembered -> ADMIT }

  /* Fill. What may be relied on is settled before the read: the set forgets, and a run becomes trusted, while the
     answer is under way. */
  :: atomic { RUNNING && FRESH(confirmedAt) && !remembered && MAY_FILL ->
       appliedBefore = applied; trustedBefore = trustedRun; begunAt = now
     };
     atomic { found = alive; runRead = redisRun };
     atomic {
       if
       :: found && appliedBefore == applied && NOT_IN_SET && RUN_TRUSTED && FRESH(confirmedAt) && FRESH(begunAt) ->
          remembered = 1;
          ADMIT
       :: else
       fi;
       appliedBefore = 0; begunAt = 0; found = 0; runRead = 0; trustedBefore = 0
     }

  /* Authoritative read: the session in Redis, then what Postgres says of it. */
  :: atomic { RUNNING -> begunAt = now };
     found = alive;
     atomic { if :: ENDED_IN_POSTGRES -> found = 0 :: else fi };
     atomic {
       if
       :: found && FRESH(begunAt) -> ADMIT
       :: else
       fi;
       begunAt = 0; found = 0
     }
  od
}
